// Events that a round leaves behind, made from what it changed and did.
// Tested in test/agent/whole/deployment-loop.test.ts.

import type { NewEvent } from '../../protocol/reports/events.ts';
import { isNewFailure } from '../model/histories.ts';
import { instanceOf } from '../model/instance.ts';
import type { BarredContent, DeploymentRecord, Pause, Stranger } from '../model/record.ts';
import { isTold, serviceOf } from '../model/step-table.ts';
import type { StepResult } from '../model/steps.ts';
import { tellFailedServices, tellGrowth } from '../reconcile/tell/last-failure.ts';

/**
 * What became of a record: phases, pauses, an update that failed, new failures of services, and strangers that bear our
 * labels.
 */
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
      ...(failure.memory === undefined ? {} : { memory: tellGrowth(failure.memory) }),
    });
  }
  const failed = newlyBarred(before, after);
  if (failed !== null) events.push(...updateFailed(deployment, failed));
  for (const { id, name, service } of newStrangers(before, after))
    events.push({ type: 'foreign_container', deployment, service, container: id.slice(0, 12), name });
  events.push(...pauseEvents(deployment, before.pause, after.pause));
  if (before.phase !== after.phase) {
    const revision = after.attempt?.revision ?? after.proven?.revision ?? null;
    events.push({ type: 'phase', deployment, phase: after.phase, revision, reason: after.reason });
  }
  return events;
}

/** When it is asked for, when it begins, and when it is over. */
function pauseEvents(deployment: string, before: Pause | undefined, after: Pause | undefined): NewEvent[] {
  if (after === undefined) return before === undefined ? [] : [{ type: 'resumed', deployment }];
  const { askedAt, until, reason, by } = after;
  const isKnown = before?.askedAt === askedAt && before.reason === reason;
  if (isKnown && (before.until === null) === (until === null)) return [];
  return [{ type: 'paused', deployment, until, reason, by }];
}

export function newStrangers(before: DeploymentRecord, after: DeploymentRecord): readonly Stranger[] {
  const known = new Set(before.own?.strangers.map(({ id }) => id));
  return after.own?.strangers.filter(({ id }) => !known.has(id)) ?? [];
}

/** What was barred just now, as an update to it failed; `null` where nothing was. */
export function newlyBarred(before: DeploymentRecord, after: DeploymentRecord): BarredContent | null {
  const newest = after.barred.at(-1);
  const isEnd = before.attempt !== null && after.attempt === null;
  if (newest === undefined || !isEnd) return null;
  const known = before.barred.find(({ content }) => content === newest.content);
  return known !== undefined && known.failed?.at === newest.failed?.at ? null : newest;
}

function updateFailed(deployment: string, { reason, failed }: BarredContent): NewEvent[] {
  if (failed === undefined) return [];
  const { code, path, message } = reason;
  const about = {
    deployment,
    revision: failed.revision,
    code,
    ...(path === undefined ? {} : { path }),
    message,
  };
  return [{ type: 'update_failed', ...about, services: tellFailedServices(failed.services ?? {}) }];
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
