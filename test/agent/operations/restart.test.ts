import { expect, test } from 'vitest';
import { askPause } from '../../../agent/model/pause.ts';
import { newAgentState } from '../../../agent/notices/agent-state.ts';
import type { Notice } from '../../../agent/notices/notices.ts';
import { offerRestart } from '../../../agent/operations/restart.ts';
import { EngineUnavailable } from '../../../agent/ports/engine.ts';
import type { Phase } from '../../../protocol/reports/status.ts';
import { makeDeployment, makeService } from '../cli/fixtures.ts';

const AWAY = new EngineUnavailable('it is away', { cause: null, hint: 'start it' });

const PAUSE = askPause(
  { forMs: 60_000, reason: 'x', by: 'fleet' },
  { nowMs: 0, wallTime: '2026-11-22T10:00:00.000Z' },
);

async function ask(
  target: string,
  { phase = 'converged' as Phase, isEngineAway = false, isDbThere = true, isPaused = false } = {},
) {
  const asked: (string | null)[][] = [];
  const told: Notice[] = [];
  const state = newAgentState();
  const db = makeService(isDbThere ? {} : { state: 'missing', container: null });
  const services = { web: makeService(), db };
  state.statuses.set(new Map([['line', makeDeployment({ deployment: 'line', phase, services })]]));
  if (isEngineAway) state.engine.set({ facts: null, trouble: AWAY });
  const { ask: restart } = offerRestart({
    supervisor: { pauseOf: () => (isPaused ? PAUSE : null), restart: (...names) => asked.push(names) > 0 },
    state,
    notices: { publish: (notice) => void told.push(notice) },
  });
  return { outcome: await restart({ target }, new AbortController().signal), asked, told };
}

test('a service is restarted by its own name, and it is told', async () => {
  const { outcome, asked, told } = await ask('web');
  expect(outcome).toEqual({ kind: 'accepted', answer: { deployment: 'line', service: 'web' } });
  expect(asked).toEqual([['line', 'web']]);
  const event = { type: 'restart_asked', deployment: 'line', service: 'web' };
  expect(told).toEqual([{ kind: 'event', event }]);
});

test('the name of a deployment means all of its services', async () => {
  const { outcome, asked } = await ask('line');
  expect(outcome).toEqual({ kind: 'accepted', answer: { deployment: 'line', service: null } });
  expect(asked).toEqual([['line', null]]);
});

test('what is not there is named as such', async () => {
  const { outcome, asked, told } = await ask('wbe');
  expect(outcome).toMatchObject({ kind: 'not_found', code: 'no_such_name' });
  expect([asked, told]).toEqual([[], []]);
});

test.each(['switching', 'proving'] as const)('in phase %s it is refused', async (phase) => {
  const { outcome, asked, told } = await ask('line/web', { phase });
  expect(outcome).toMatchObject({ kind: 'refused', code: 'update_under_way' });
  expect([asked, told]).toEqual([[], []]);
});

test('while it is paused nothing is restarted', async () => {
  const { outcome, asked, told } = await ask('web', { isPaused: true });
  expect(outcome).toMatchObject({ kind: 'refused', code: 'paused' });
  expect([asked, told]).toEqual([[], []]);
});

test('while the engine is away nothing is left to be done later', async () => {
  const { outcome, asked } = await ask('web', { isEngineAway: true });
  expect(outcome).toMatchObject({ kind: 'failed', code: 'engine_unavailable' });
  expect(asked).toEqual([]);
});

test('a service with no container is not said to be restarted, but why there is none', async () => {
  const { outcome, asked, told } = await ask('db', { phase: 'degraded', isDbThere: false });
  expect(outcome).toEqual({
    kind: 'refused',
    code: 'no_container',
    message:
      'there is nothing to restart: "line/db" has no container; the deployment is degraded; see holdfast why line',
  });
  expect([asked, told]).toEqual([[], []]);
  expect((await ask('line', { isDbThere: false })).asked).toEqual([['line', null]]);
});
