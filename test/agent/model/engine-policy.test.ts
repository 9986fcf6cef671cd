import { expect, test } from 'vitest';
import type { Restart } from '../../../agent/model/desired-service.ts';
import { enginePolicy, policyText } from '../../../agent/model/engine-policy.ts';

test.each<[Restart, string]>([
  [{ kind: 'always' }, 'unless-stopped'],
  [{ kind: 'never' }, 'no'],
  [{ kind: 'on_failure', maxRetries: null }, 'on-failure'],
  [{ kind: 'on_failure', maxRetries: 3 }, 'on-failure:3'],
])('%j is the engine\'s "%s"', (restart, text) => {
  expect(policyText(enginePolicy(restart))).toBe(text);
});
