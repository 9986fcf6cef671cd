import { expect, test } from 'vitest';
import { newAgentState } from '../../../agent/notices/agent-state.ts';
import { offerRetry } from '../../../agent/operations/retry.ts';
import { makeDeployment, makeService } from '../cli/fixtures.ts';

function retry(deployment: string) {
  const pulled: string[] = [];
  const state = newAgentState();
  const services = { web: makeService(), line: makeService() };
  const statuses = ['line', 'other-line'].map((name) => makeDeployment({ deployment: name, services }));
  state.statuses.set(new Map(statuses.map((status) => [status.deployment, status])));
  const { ask } = offerRetry({
    supervisor: { retry: (name) => ['line', 'other-line'].includes(name) },
    puller: { retryNow: (name) => void pulled.push(name) },
    state,
  });
  return { outcome: ask({ deployment }, new AbortController().signal), pulled };
}

test('a deployment is tried again, and its failed pulls with it', async () => {
  const { outcome, pulled } = retry('line');
  expect(await outcome).toEqual({ kind: 'accepted', answer: { deployment: 'line' } });
  expect(pulled).toEqual(['line']);
});

test('a service stands for its deployment, as findings call it', async () => {
  const { outcome, pulled } = retry('other-line/web');
  expect(await outcome).toEqual({ kind: 'accepted', answer: { deployment: 'other-line' } });
  expect(pulled).toEqual(['other-line']);
});

test('a name that may be any of several is asked for again', async () => {
  const { outcome, pulled } = retry('web');
  expect(await outcome).toMatchObject({ kind: 'refused', code: 'ambiguous_name' });
  expect(pulled).toEqual([]);
});

test.each(['other', 'line/other'])(
  'one that is not there is told, and nothing is pulled: %s',
  async (name) => {
    const { outcome, pulled } = retry(name);
    const message = `there is no deployment "${name}"`;
    expect(await outcome).toEqual({ kind: 'not_found', code: 'no_such_deployment', message });
    expect(pulled).toEqual([]);
  },
);
