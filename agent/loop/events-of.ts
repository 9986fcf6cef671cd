// Events that a round leaves behind, made from what it changed and did.
// Tested in test/agent/whole/deployment-loop.test.ts.

import type { NewEvent } from '../../protocol/reports/events.ts';
import { isNewFailure } from '../model/histories.ts';
import { instanceOf } from '../model/instance.ts';
import type { DeploymentRecord, Stranger } from '../model/record.ts';
import { isTold, serviceOf } from '../model/step-table.ts';
import type { StepResult } from '../model/steps.ts';

/** What became of a record: phases, new failures of services, and strangers that bear our labels. */
function change(deployment: string, before: DeploymentRecord, after: DeploymentRecord): NewEvent[] {
  const events: NewEvent[] = [];
  for (const [key, history] of Object.entries(after.services)) {
    const failure = history.lastFailure;
    const known = before.services[key]?.lastFailure ?? null;
    if (failure === null || !isNewFailure(known, failure)) continue;
    events.push({
      type: 'service_failed',
      deployment,
      service: instanceOf(key).service,
      code: failure.code,
      message: failure.message,
    });
  }
  for (const { id, name, service } of newStrangers(before, after))
    events.push({ type: 'foreign_container', deployment, service, container: id.slice(0, 12), name });
  if (before.phase !== after.phase) {
    const revision = after.attempt?.revision ?? after.proven?.revision ?? null;
    events.push({ type: 'phase', deployment, phase: after.phase, revision, reason: after.reason });
  }
  return events;
}

export function newStrangers(before: DeploymentRecord, after: DeploymentRecord): readonly Stranger[] {
  const known = new Set(before.own?.strangers.map(({ id }) => id));
  return after.own?.strangers.filter(({ id }) => !known.has(id)) ?? [];
}

/** Steps that were carried out, but for those that are not told. */
function steps(deployment: string, results: readonly StepResult[]): NewEvent[] {
  return results.flatMap(({ step, outcome }): NewEvent[] => {
    if (!isTold(step)) return [];
    const service = serviceOf(step);
    const about = service === null ? { deployment } : { deployment, service };
    if (outcome.ok) return [{ type: step.kind, ...about }];
    const { code, message } = outcome;
    return [{ type: 'step_failed', ...about, step: step.kind, code, message }];
  });
}

export const eventsOf = { change, steps };
