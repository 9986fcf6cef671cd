import { expect, test } from 'vitest';
import { askPause } from '../../../agent/model/pause.ts';
import type { Pause } from '../../../agent/model/record.ts';
import { newAgentState } from '../../../agent/notices/agent-state.ts';
import { offerRetry } from '../../../agent/operations/retry.ts';
import { makeDeployment, makeService } from '../cli/fixtures.ts';

const PAUSE = askPause(
  { forMs: 60_000, reason: 'the camera is replaced', by: 'fleet' },
  { nowMs: 0, wallTime: '2026-11-22T10:00:00.000Z' },
);

function retry(deployment: string, pause: Pause | null = null) {
  const pulled: string[] = [];
  const state = newAgentState();
  const services = { web: makeService(), line: makeService() };
  const statuses = ['line', 'other-line'].map((name) => makeDeployment({ deployment: name, services }));
  state.statuses.set(new Map(statuses.map((status) => [status.deployment, status])));
  const { ask } = offerRetry({
    supervisor: { pauseOf: () => pause, retry: (name) => ['line', 'other-line'].includes(name) },
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

test('one that is paused, or is to be, is refused with the reason', async () => {
  const { outcome, pulled } = retry('line', PAUSE);
  expect(await outcome).toEqual({
    kind: 'refused',
    code: 'paused',
    message: '"line" is to be paused: the camera is replaced; to end that: holdfast resume line',
  });
  expect(await retry('line', { ...PAUSE, until: '2026-11-22T12:00:00.000Z' }).outcome).toMatchObject({
    message: expect.stringContaining('is paused until 2026-11-22T12:00:00.000Z'),
  });
  expect(pulled).toEqual([]);
});
