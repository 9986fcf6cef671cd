// Events that a round leaves behind, made from what it changed and did.
import type { NewEvent } from '../ports/store.ts';
import type { StepResult } from '../reconcile/outcomes.ts';
import type { DeploymentRecord } from '../reconcile/record.ts';
import { serviceOf } from '../reconcile/steps.ts';

/** What became of a record: phases, and new failures of services. */
function change(deployment: string, before: DeploymentRecord, after: DeploymentRecord): NewEvent[] {
  const events: NewEvent[] = [];
  for (const [service, history] of Object.entries(after.services)) {
    const failure = history.lastFailure;
    const known = before.services[service]?.lastFailure;
    if (failure === null || failure === known || JSON.stringify(failure) === JSON.stringify(known)) continue;
    events.push({
      type: 'service_failed',
      deployment,
      service,
      code: failure.code,
      message: failure.message,
    });
  }
  if (before.phase !== after.phase) {
    const revision = after.attempt?.revision ?? after.proven?.revision ?? null;
    events.push({ type: 'phase', deployment, phase: after.phase, revision, reason: after.reason });
  }
  return events;
}

/** Steps that were carried out; reading logs is no news. */
function steps(deployment: string, results: readonly StepResult[]): NewEvent[] {
  return results
    .filter(({ step }) => step.kind !== 'read_last_logs')
    .map(({ step, outcome }) => {
      const service = serviceOf(step);
      const about = service === null ? { deployment } : { deployment, service };
      if (outcome.ok) return { type: step.kind, ...about };
      return { type: 'step_failed', ...about, step: step.kind, code: outcome.code, message: outcome.message };
    });
}

export const eventsOf = { change, steps };
