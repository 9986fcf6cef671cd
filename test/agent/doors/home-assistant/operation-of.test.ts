import { expect, test } from 'vitest';
import { operationOf } from '../../../../agent/doors/home-assistant/operation-of.ts';
import { makeDeployment } from '../../cli/fixtures.ts';

test.each([
  ['waiting', 'switch'],
  ['rolled_back', 'retry'],
  ['failed', 'retry'],
  ['pulling', null],
  ['switching', null],
  ['proving', null],
  ['converged', null],
  ['degraded', null],
  ['removed', null],
] as const)('in phase %s it is %s', (phase, name) => {
  expect(operationOf(makeDeployment({ deployment: 'line', phase }))).toBe(name);
});

test('of a deployment that is not there it is nothing', () => {
  expect(operationOf(undefined)).toBeNull();
});
