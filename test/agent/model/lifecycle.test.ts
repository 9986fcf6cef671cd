import { expect, test } from 'vitest';
import { afterExit, hasOneChance, lifecycleOf } from '../../../agent/model/lifecycle.ts';

const ALWAYS = { kind: 'always' } as const;
const NEVER = { kind: 'never' } as const;
const onFailure = (maxRetries: number | null) => ({ kind: 'on_failure', maxRetries }) as const;

test.each([
  ['always', ALWAYS, true, 'restart', 'restart'],
  ['never', NEVER, false, 'completed', 'stay'],
  ['on failure, as a job', onFailure(null), true, 'completed', 'restart'],
  ['on failure, as a server', onFailure(null), false, 'restart', 'restart'],
  ['on failure, with tries left', onFailure(3), true, 'completed', 'restart'],
  ['on failure, with none left', onFailure(2), false, 'restart', 'stay'],
])('%s: what follows an exit', (_restart, restart, isJob, afterSuccess, afterFailure) => {
  const lifecycle = lifecycleOf(restart, isJob);
  expect(afterExit(lifecycle, 0, 2)).toBe(afterSuccess);
  expect(afterExit(lifecycle, 1, 2)).toBe(afterFailure);
});

test('what is never started again has one chance', () => {
  expect(hasOneChance(lifecycleOf(NEVER, false))).toBe(true);
  expect(hasOneChance(lifecycleOf(onFailure(1), true))).toBe(false);
  expect(hasOneChance(lifecycleOf(ALWAYS, false))).toBe(false);
});
