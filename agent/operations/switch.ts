import { switchNow } from '../../protocol/operations/switch.ts';
import type { Status } from '../../protocol/reports/status.ts';
import type { AgentState } from '../notices/agent-state.ts';
import type { Publisher } from '../notices/notices.ts';
import { type Offer, offer, type Refused } from './offer.ts';
import { noSuchDeployment } from './pause.ts';
import { type Pauses, refusePaused } from './paused.ts';

export interface SwitchTargets {
  /** Asks the loop of a deployment; `false` when there is no such deployment. */
  readonly supervisor: Pauses & { switchNow(deployment: string): boolean };
  readonly statuses: AgentState['statuses'];
  readonly notices: Publisher;
}

/** What of an update that waits is a matter of time, and not of somebody's safety. */
const TIMES: readonly unknown[] = ['window', 'clock_not_synchronised'];

export function offerSwitch({ supervisor, statuses, notices }: SwitchTargets): Offer<{ deployment: string }> {
  return offer(switchNow, async ({ deployment }) => {
    const status = statuses.value.get(deployment);
    if (status === undefined || status.phase === 'removed') return noSuchDeployment(deployment);
    const refused = refusePaused(deployment, supervisor) ?? refusalOf(status);
    if (refused !== null) return refused;
    if (!supervisor.switchNow(deployment)) return noSuchDeployment(deployment);
    notices.publish({ kind: 'event', event: { type: 'switch_asked', deployment } });
    return { kind: 'accepted', answer: { deployment } };
  });
}

/** While its images come it can be said in advance. */
function refusalOf({ deployment, phase, reason }: Status): Refused | null {
  if (phase === 'pulling' || (phase === 'waiting' && TIMES.includes(reason?.code))) return null;
  if (phase === 'waiting' && reason?.code === 'held')
    return { kind: 'refused', code: 'held', message: `${reason.message}; ${reason.hint ?? ''}` };
  const message = `no update of "${deployment}" waits for its window; see holdfast status`;
  return { kind: 'refused', code: 'nothing_waits', message };
}
