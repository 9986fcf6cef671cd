// When to look again though nothing happened.
// Tested in test/agent/reconcile/golden-plans.test.ts.
import { moreMs } from '../../model/evidence.ts';
import type { DeploymentRecord } from '../../model/record.ts';
import type { RevisionView } from './views.ts';

/** When a service of this revision may be tried again or become healthy; `null` when no time alone changes that. */
export function wakeForServices(view: RevisionView, record: DeploymentRecord, nowMs: number): number | null {
  return earliest(nextRetryInMs(record, nowMs), nextHealthInMs(view, nowMs));
}

/** How long until the first held-back service may be tried again; `null` when none waits. */
export function nextRetryInMs(record: DeploymentRecord, nowMs: number): number | null {
  const waits = Object.values(record.services)
    .map((history) => history.retryAtMs)
    .filter((at) => at !== null)
    .map((at) => at - nowMs)
    .filter((ms) => ms > 0);
  return waits.length === 0 ? null : Math.min(...waits);
}

/** A service with no probe becomes healthy by time alone, which wakes nobody. */
function nextHealthInMs({ services, document }: RevisionView, nowMs: number): number | null {
  const healthyAfterMs = document.update.healthyAfterMs;
  const waits = services
    .filter(({ verdict }) => verdict.health === 'starting')
    .flatMap(({ verdict }) => verdict.evidence ?? [])
    .map((evidence) => moreMs(evidence, healthyAfterMs, nowMs));
  return earliest(...waits);
}

export function earliest(...times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.max(0, Math.min(...known));
}
