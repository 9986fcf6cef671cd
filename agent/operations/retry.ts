import { retry } from '../../protocol/operations/retry.ts';
import { type AgentState, inOrder } from '../notices/agent-state.ts';
import { type Offer, offer } from './offer.ts';
import { resolveName } from './resolve-name.ts';

export interface RetryTargets {
  /** Forgets what is barred of a deployment and ends its waits; `false` when there is no such deployment. */
  readonly supervisor: { retry(deployment: string): boolean };
  /** Tries its failed pulls again. */
  readonly puller: { retryNow(deployment: string): void };
}

export interface RetrySources extends RetryTargets {
  readonly state: Pick<AgentState, 'statuses'>;
}

/** Whatever is named, its deployment is tried again as a whole. */
export function offerRetry({ state, ...targets }: RetrySources): Offer<{ deployment: string }> {
  return offer(retry, async ({ deployment: target }) => {
    if (tryAgain(target, targets)) return { kind: 'accepted', answer: { deployment: target } };
    const resolved = resolveName(target, inOrder(state.statuses.value));
    if (resolved.kind === 'refused') return resolved;
    const deployment = resolved.kind === 'found' ? resolved.named.deployment : null;
    if (deployment !== null && tryAgain(deployment, targets))
      return { kind: 'accepted', answer: { deployment } };
    const message = `there is no deployment "${target}"`;
    return { kind: 'not_found', code: 'no_such_deployment', message };
  });
}

/** `false` when there is no such deployment. */
export function tryAgain(deployment: string, { supervisor, puller }: RetryTargets): boolean {
  const isThere = supervisor.retry(deployment);
  if (isThere) puller.retryNow(deployment);
  return isThere;
}
