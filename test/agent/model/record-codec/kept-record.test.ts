import { expect, test } from 'vitest';
import type { BarredContent } from '../../../../agent/model/record.ts';
import { keptOf, salvageKept } from '../../../../agent/model/record-codec/kept-record.ts';

const bar: BarredContent = { content: 'sha256:cccc', reason: { code: 'no_space', message: 'full' } };
const kept = {
  proven: { revision: 4, hash: 'sha256:aaaa' },
  previous: { revision: 3, hash: 'sha256:9999' },
  barred: [bar, { ...bar, retry: { tries: 2, delayMs: 1000, atMs: 7 } }],
  completed: [{ service: 'migrate', spec: 'sha256:2222', imageId: 'sha256:3333' }],
};

test('what is kept has no moments of this process', () => {
  expect(keptOf(kept)).toEqual({
    ...kept,
    barred: [bar, { ...bar, retry: { tries: 2, delayMs: 1000, atMs: 0 } }],
  });
});

test('jobs are left out where there are none', () => {
  const { completed: _, ...rest } = kept;
  expect(Object.keys(keptOf(rest))).toEqual(['proven', 'previous', 'barred']);
  expect(Object.keys(salvageKept({ ...kept, completed: [] }))).toEqual(['proven', 'previous', 'barred']);
});

test('what is salvaged of a sound one is the same', () => {
  expect(salvageKept({ ...kept, more: true })).toEqual(keptOf(kept));
});

test('what has another shape is left out, and nothing else', () => {
  const stored = {
    ...{ proven: { revision: '4' }, previous: kept.previous },
    ...{ barred: [null, bar, { ...bar, failed: 'then' }], completed: { service: 'migrate' } },
  };
  expect(salvageKept(stored)).toEqual({ proven: null, previous: kept.previous, barred: [bar] });
  expect(salvageKept('nothing')).toEqual({ proven: null, previous: null, barred: [] });
});
