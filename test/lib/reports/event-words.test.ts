import { expect, test } from 'vitest';
import { describeEvent } from '../../../lib/reports/event-words.ts';

const AT = { seq: 1, at: '2026-11-22T03:12:07.123Z' };
const HASH = `sha256:${'7'.repeat(64)}`;

test.each([
  [
    { type: 'service_failed', deployment: 'line', service: 'camera', code: 'exited', message: 'exit code 1' },
    'line/camera: failed: exit code 1 (exited)',
  ],
  [
    { type: 'phase', deployment: 'line', phase: 'converged', revision: 7, reason: null },
    'line: revision 7 runs as asked',
  ],
  [
    {
      ...{ type: 'phase', deployment: 'line', phase: 'rolled_back', revision: 7 },
      reason: { code: 'unhealthy', path: 'services.camera', message: 'the probe failed 3 times' },
    },
    'line: went back to revision 7: camera: the probe failed 3 times (unhealthy)',
  ],
  [
    { type: 'restart_container', deployment: 'line', service: 'camera' },
    'line/camera: restarted by the agent',
  ],
  [
    { type: 'document_accepted', deployment: 'line', source: 'groups/berlin', revision: 8, hash: HASH },
    'line: revision 8 was accepted (from groups/berlin)',
  ],
  [
    {
      ...{ type: 'document_accepted', deployment: 'line', source: 'device', origin: 'local' },
      ...{ revision: 8, hash: HASH },
    },
    'line: revision 8 was accepted (from a file)',
  ],
  [
    {
      ...{ type: 'document_refused', deployment: 'line', source: 'device', revision: 8 },
      ...{ code: 'invalid', message: 'too long', path: 'services.a.image' },
    },
    'line: revision 8 was refused (from device): services.a.image: too long (invalid)',
  ],
  [{ type: 'clock_jumped', by_ms: -90_000 }, 'the clock was set back by 1m 30s'],
])('%j is told in one sentence', (event, words) => {
  expect(describeEvent({ ...AT, ...event })).toBe(words);
});

test('of a kind that only a newer agent knows all is told, with nothing that drives a terminal', () => {
  expect(describeEvent({ ...AT, type: 'moved', to: 'Bonn\u001b[2J' })).toBe('moved: {"to":"Bonn\\u001b[2J"}');
  expect(
    describeEvent({
      ...{ ...AT, type: 'service_failed', deployment: 'line', service: 'a' },
      ...{ code: 'exited', message: 'a\u001b[31m\nb' },
    }),
  ).toBe('line/a: failed: a [31m b (exited)');
});
