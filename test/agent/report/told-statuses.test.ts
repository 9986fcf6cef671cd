import { expect, test } from 'vitest';
import type { StatusBody } from '../../../agent/model/decision.ts';
import { inOrder, newAgentState } from '../../../agent/notices/agent-state.ts';
import { ToldStatuses } from '../../../agent/report/told-statuses.ts';
import { VirtualClock } from '../../fakes/virtual-clock.ts';
import { withStore } from '../store/with-store.ts';

function pulling(currentBytes: number): StatusBody {
  const progress = { current_bytes: currentBytes, total_bytes: 1000 };
  const service: StatusBody['services'][string] = {
    ...{ state: 'missing', health: 'unknown', image: 'a:1', digest: null, container: null, restarts: 0 },
    ...{ started_at: null, exit_code: null, oom_killed: false, limits: null, last_failure: null, progress },
  };
  return { desired: null, running: null, phase: 'pulling', reason: null, services: { app: service } };
}

test('a phase is told with when it began, also after a restart of the agent', async () => {
  await withStore(async (store) => {
    const clock = new VirtualClock();
    const { statuses: state } = newAgentState();
    const before = new ToldStatuses({ store, clock, state });
    before.report('line', 'device', pulling(1));
    const began = clock.wallTime().toISOString();
    await clock.advance(2000);
    const reason = { code: 'pull_failed', message: 'it failed' };
    before.report('line', 'device', { ...pulling(2), reason });
    expect(inOrder(state.value)).toMatchObject([{ since: began, reason }]);

    const { statuses: stateAfter } = newAgentState();
    const after = new ToldStatuses({ store, clock, state: stateAfter });
    await clock.advance(2000);
    after.report('line', 'device', pulling(3));
    expect(inOrder(stateAfter.value)).toMatchObject([{ since: began, reason: null }]);
    after.report('line', 'device', { ...pulling(3), phase: 'switching' });
    expect(inOrder(stateAfter.value)).toMatchObject([{ since: clock.wallTime().toISOString() }]);
  });
});

test('numbers never go back, though the progress that was told last was not stored when the agent was killed', async () => {
  await withStore(async (store) => {
    const clock = new VirtualClock();
    const { statuses: state } = newAgentState();
    const before = new ToldStatuses({ store, clock, state });
    before.report('line', 'device', pulling(1));
    await clock.advance(2000);
    before.report('line', 'device', pulling(2));
    const toldSeq = state.value.get('line')?.seq ?? Number.POSITIVE_INFINITY;

    const { statuses: stateAfter } = newAgentState();
    const after = new ToldStatuses({ store, clock, state: stateAfter });
    const [recalled] = [...after.undelivered()];
    expect(recalled?.seq).toBeGreaterThan(toldSeq);
    if (recalled !== undefined) after.markDelivered(recalled);
    expect(store.pendingStatuses()).toEqual([]);
  });
});
