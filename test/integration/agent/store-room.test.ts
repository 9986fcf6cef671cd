// The store on a real file system that is really full, by the real SQLite.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { StoreFull } from '../../../agent/ports/store.ts';
import { EMPTY_RECORD } from '../../../agent/reconcile/record.ts';
import { openStore } from '../../../agent/store/open-store.ts';

const AT = '2026-11-23T00:00:00.000Z';
let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-room-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', dir]);
});
afterAll(() => {
  execFileSync('umount', [dir]);
  rmdirSync(dir);
});

function fill(): void {
  const { bavail, bsize } = statfsSync(dir);
  writeFileSync(join(dir, 'ballast'), Buffer.alloc(bavail * bsize));
}

const document = (revision: number) => ({
  ...{ deployment: 'line', source: 'device', revision },
  ...{ hash: `sha256:${revision}`, body: JSON.stringify({ filler: 'x'.repeat(20_000) }) },
});

test('a full disk refuses what must be stored, holds the rest, and all goes on when there is room', () => {
  const store = openStore(dir);
  store.acceptDocument(document(1));
  fill();
  expect(() => store.acceptDocument(document(2))).toThrow(StoreFull);
  const refusal = { revision: 2, code: 'no_space', path: '', message: 'full', at: AT };
  store.writeRefusal('line', refusal);
  expect(store.readRefusal('line')).toEqual(refusal);
  // Until not even the log that is there has room for more.
  expect(() => {
    for (let n = 0; n < 5000; n += 1)
      store.writeRecord('line', {
        ...EMPTY_RECORD,
        parked: Array.from({ length: n }, (_, k) => `container ${k}`),
      });
  }).toThrow(StoreFull);
  for (let n = 0; n < 2000; n += 1) store.appendEvents([{ type: 'phase', n, filler: 'x'.repeat(500) }], AT);
  expect(store.pendingEvents(10_000).length).toBeLessThan(2000);
  rmSync(join(dir, 'ballast'));
  store.acceptDocument(document(2));
  expect(store.readRefusal('line')).toBeNull();
  store.appendEvents([{ type: 'phase' }], AT);
  expect(store.pendingEvents(10_000).at(-1)?.seq).toBe(2001);
  store.close();
  const again = openStore(dir);
  expect(again.recovery).toBeNull();
  expect(again.acceptedRevisions('line').map(({ revision }) => revision)).toEqual([2]);
  again.close();
});
