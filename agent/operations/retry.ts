import { retry } from '../../protocol/operations/retry.ts';
import { type Offer, offer } from './offer.ts';

export interface RetryTargets {
  /** Forgets what is barred of a deployment and ends its waits; `false` when there is no such deployment. */
  readonly supervisor: { retry(deployment: string): boolean };
  /** Tries its failed pulls again. */
  readonly puller: { retryNow(deployment: string): void };
}

export function offerRetry(targets: RetryTargets): Offer<{ deployment: string }> {
  return offer(retry, async ({ deployment }) => {
    if (tryAgain(deployment, targets)) return { kind: 'accepted', answer: { deployment } };
    const message = `there is no deployment "${deployment}"`;
    return { kind: 'not_found', code: 'no_such_deployment', message };
  });
}

/** `false` when there is no such deployment. */
export function tryAgain(deployment: string, { supervisor, puller }: RetryTargets): boolean {
  const isThere = supervisor.retry(deployment);
  if (isThere) puller.retryNow(deployment);
  return isThere;
}
