import { expect, test } from 'vitest';
import { askPause } from '../../../agent/model/pause.ts';
import { newAgentState } from '../../../agent/notices/agent-state.ts';
import type { Notice } from '../../../agent/notices/notices.ts';
import { offerSwitch } from '../../../agent/operations/switch.ts';
import type { Phase, Reason } from '../../../protocol/reports/status.ts';
import { makeDeployment } from '../cli/fixtures.ts';

const WINDOW: Reason = { code: 'window', message: 'waits for the update window' };
const CLOCK: Reason = { code: 'clock_not_synchronised', message: 'the clock is not synchronised' };
const HELD: Reason = { code: 'held', message: 'a program holds it', hint: 'it goes on later' };

const PAUSE = askPause(
  { forMs: 60_000, reason: 'the camera is replaced', by: 'fleet' },
  { nowMs: 0, wallTime: '2026-11-22T10:00:00.000Z' },
);

async function ask(phase: Phase, reason: Reason | null, { deployment = 'line', isPaused = false } = {}) {
  const asked: string[] = [];
  const told: Notice[] = [];
  const { statuses } = newAgentState();
  statuses.set(new Map([['line', makeDeployment({ deployment: 'line', phase, reason })]]));
  const { ask: switchNow } = offerSwitch({
    supervisor: { pauseOf: () => (isPaused ? PAUSE : null), switchNow: (name) => asked.push(name) > 0 },
    statuses,
    notices: { publish: (notice) => void told.push(notice) },
  });
  return { outcome: await switchNow({ deployment }, new AbortController().signal), asked, told };
}

test.each([
  ['waiting', WINDOW],
  ['waiting', CLOCK],
  ['pulling', null],
] as const)('in phase %s with %o the loop is asked, and it is told', async (phase, reason) => {
  const { outcome, asked, told } = await ask(phase, reason);
  expect(outcome).toEqual({ kind: 'accepted', answer: { deployment: 'line' } });
  expect(asked).toEqual(['line']);
  expect(told).toEqual([{ kind: 'event', event: { type: 'switch_asked', deployment: 'line' } }]);
});

test.each([
  ['waiting', HELD, 'held'],
  ['waiting', { code: 'not_in_rollout', message: 'not yet' }, 'nothing_waits'],
  ['converged', null, 'nothing_waits'],
  ['switching', null, 'nothing_waits'],
  ['rolled_back', { code: 'exited', message: 'it exited' }, 'nothing_waits'],
] as const)('in phase %s with %o it is refused as %s', async (phase, reason, code) => {
  const { outcome, asked, told } = await ask(phase, reason);
  expect(outcome).toMatchObject({ kind: 'refused', code });
  expect([asked, told]).toEqual([[], []]);
});

test.each([
  ['converged', 'lime'],
  ['removed', 'line'],
] as const)('in phase %s there is no deployment %s', async (phase, name) => {
  expect((await ask(phase, null, { deployment: name })).outcome).toMatchObject({
    code: 'no_such_deployment',
  });
});

test('what is paused stays so', async () => {
  const { outcome, asked } = await ask('waiting', WINDOW, { isPaused: true });
  expect(outcome).toMatchObject({ kind: 'refused', code: 'paused' });
  expect(asked).toEqual([]);
});
