import { expect, test } from 'vitest';
import { offerRetry } from '../../../agent/operations/retry.ts';

function retry(deployment: string) {
  const pulled: string[] = [];
  const { ask } = offerRetry({
    supervisor: { retry: (name) => name === 'line' },
    puller: { retryNow: (name) => void pulled.push(name) },
  });
  return { outcome: ask({ deployment }, new AbortController().signal), pulled };
}

test('a deployment is tried again, and its failed pulls with it', async () => {
  const { outcome, pulled } = retry('line');
  expect(await outcome).toEqual({ kind: 'accepted', answer: { deployment: 'line' } });
  expect(pulled).toEqual(['line']);
});

test('one that is not there is told, and nothing is pulled', async () => {
  const { outcome, pulled } = retry('other');
  const message = 'there is no deployment "other"';
  expect(await outcome).toEqual({ kind: 'not_found', code: 'no_such_deployment', message });
  expect(pulled).toEqual([]);
});
