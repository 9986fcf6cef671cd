import { expect, test } from 'vitest';
import { describeBar, explainReason, formatReason } from '../../../lib/reports/reason-words.ts';

test.each([
  ['services.web', 'unhealthy: the probe failed (services.web)', 'web: the probe failed (unhealthy)'],
  [
    'networks.lan',
    'unhealthy: the probe failed (networks.lan)',
    'networks.lan: the probe failed (unhealthy)',
  ],
  ['', 'unhealthy: the probe failed', 'the probe failed (unhealthy)'],
])('a reason at %j is told with its code first, or as a sentence', (path, formatted, explained) => {
  const reason = { code: 'unhealthy', path, message: 'the probe failed' };
  expect([formatReason(reason), explainReason(reason)]).toEqual([formatted, explained]);
});

test('a bar names the revision and the time of the failure', () => {
  expect(describeBar({ revision: 3, at: '2026-11-22T10:00:00Z' }, 'there')).toBe(
    'content failed there before, as revision 3 at 2026-11-22T10:00:00Z, and is blocked',
  );
});
