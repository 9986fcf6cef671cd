import { retry } from '../../protocol/operations/retry.ts';
import { type AgentState, inOrder } from '../notices/agent-state.ts';
import { type Offer, type Outcome, offer } from './offer.ts';
import { noSuchDeployment } from './pause.ts';
import { type Pauses, refusePaused } from './paused.ts';
import { resolveName } from './resolve-name.ts';

export interface RetryTargets {
  /** Forgets what is barred of a deployment and ends its waits; `false` when there is no such deployment. */
  readonly supervisor: Pauses & { retry(deployment: string): boolean };
  /** Tries its failed pulls again. */
  readonly puller: { retryNow(deployment: string): void };
}

export interface RetrySources extends RetryTargets {
  readonly state: Pick<AgentState, 'statuses'>;
}

/** Whatever is named, its deployment is tried again as a whole. */
export function offerRetry({ state, ...targets }: RetrySources): Offer<{ deployment: string }> {
  return offer(retry, async ({ deployment: target }) => {
    const tried = retryIfThere(target, targets);
    if (tried !== null) return tried;
    const resolved = resolveName(target, inOrder(state.statuses.value));
    if (resolved.kind === 'refused') return resolved;
    const named = resolved.kind === 'found' ? retryIfThere(resolved.named.deployment, targets) : null;
    return named ?? noSuchDeployment(target);
  });
}

/** `null` when there is no such deployment. */
function retryIfThere(deployment: string, targets: RetryTargets): Outcome<{ deployment: string }> | null {
  const paused = refusePaused(deployment, targets.supervisor);
  if (paused !== null) return paused;
  return tryAgain(deployment, targets) ? { kind: 'accepted', answer: { deployment } } : null;
}

/** `false` when there is no such deployment. */
export function tryAgain(deployment: string, { supervisor, puller }: RetryTargets): boolean {
  const isThere = supervisor.retry(deployment);
  if (isThere) puller.retryNow(deployment);
  return isThere;
}
