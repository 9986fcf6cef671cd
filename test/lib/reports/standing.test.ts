import { expect, test } from 'vitest';
import {
  byStanding,
  describeAll,
  isSettledWell,
  standingOf,
  standingOfPhase,
  styleOf,
} from '../../../lib/reports/standing.ts';
import { AT, makeStatus } from '../../fleet/support/fake-device.ts';

const refused = { revision: 4, code: 'stale', path: 'revision', message: 'm', at: AT };

test('what is refused is not well, whatever its phase', () => {
  const status = makeStatus({ phase: 'converged', refused });
  expect([standingOf(status), isSettledWell(status), standingOfPhase(status.phase)]).toEqual([
    'not well',
    false,
    'well',
  ]);
});

test('only what is settled and good is well', () => {
  const phases = ['waiting', 'degraded', 'failed', 'converged', 'removed'] as const;
  expect(phases.filter((phase) => isSettledWell(makeStatus({ phase })))).toEqual(['converged', 'removed']);
});

test('what is not well comes first, and the sum counts what is not removed', () => {
  const statuses = [
    makeStatus({ deployment: 'a', phase: 'converged' }),
    makeStatus({ deployment: 'b', phase: 'proving' }),
    makeStatus({ deployment: 'c', phase: 'failed' }),
    makeStatus({ deployment: 'd', phase: 'removed' }),
  ];
  expect(byStanding(statuses).map(({ deployment }) => deployment)).toEqual(['c', 'b', 'a', 'd']);
  expect(describeAll(statuses)).toBe('3 deployments: 1 not well, 1 under way');
  expect(describeAll(statuses.slice(0, 1))).toBe('1 deployment: all well');
  expect(describeAll(statuses.slice(3))).toBeNull();
});

test('each standing has its colour', () => {
  expect([styleOf('not well'), styleOf('under way'), styleOf('well')]).toEqual(['red', 'yellow', 'green']);
});
