import { type Paused, pause } from '../../protocol/operations/pause.ts';
import { parseDurationMs } from '../../protocol/values/duration.ts';
import type { PauseAsked } from '../model/pause.ts';
import type { Pause } from '../model/record.ts';
import { type AgentState, inOrder } from '../notices/agent-state.ts';
import { StoreBlocked } from '../ports/store.ts';
import { type Offer, offer, type Refused } from './offer.ts';

export interface PauseTargets {
  /** Stores it; `null` when there is no such deployment. Throws `StoreBlocked`, and nothing has changed then. */
  readonly supervisor: { pause(deployment: string, asked: PauseAsked): Pause | null };
  readonly state: Pick<AgentState, 'statuses'>;
}

/** Done when it is stored: no power cut ends it any more. */
export function offerPause(targets: PauseTargets): Offer<Paused> {
  return offer(pause, async ({ deployment, for: length, reason }, _signal, by) => {
    // Sound: the row's schema takes no other.
    const forMs = parseDurationMs(length) ?? 0;
    const names = deployment === undefined ? deploymentsIn(targets.state) : [deployment];
    const paused: Paused['paused'] = [];
    for (const name of names) {
      const kept = keep(targets, name, { forMs, reason, by });
      if (kept instanceof StoreBlocked) return notStored(kept, paused);
      if (kept !== null) paused.push({ deployment: name, until: kept.until });
    }
    if (deployment !== undefined && paused.length === 0) return noSuchDeployment(deployment);
    return { kind: 'done', answer: { paused, for_ms: forMs, reason } };
  });
}

/** Those that are there now. */
function deploymentsIn({ statuses }: PauseTargets['state']): string[] {
  return inOrder(statuses.value)
    .filter(({ phase }) => phase !== 'removed')
    .map(({ deployment }) => deployment);
}

export function noSuchDeployment(deployment: string): Refused {
  const message = `there is no deployment "${deployment}"`;
  return { kind: 'not_found', code: 'no_such_deployment', message };
}

/** `done` are those of several that were changed before. */
export function notStored({ code, message }: StoreBlocked, done: readonly { deployment: string }[]): Refused {
  const names = done.map(({ deployment }) => deployment).join(', ');
  return { kind: 'failed', code, message: names === '' ? message : `${message}; done before: ${names}` };
}

function keep({ supervisor }: PauseTargets, name: string, asked: PauseAsked): Pause | StoreBlocked | null {
  try {
    return supervisor.pause(name, asked);
  } catch (error) {
    if (error instanceof StoreBlocked) return error;
    throw error;
  }
}
