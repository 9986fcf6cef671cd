// After a failed update: the previous revision runs again from its kept containers, with no pull and no network.
// Tested in test/agent/reconcile/golden-plans.test.ts.

import type { Phase } from '../../../protocol/reports/status.ts';
import type { Decision } from '../../model/decision.ts';
import type { DesiredPresent } from '../../model/desired-deployment.ts';
import type { Facts } from '../../model/facts.ts';
import type { Reason } from '../../model/reason.ts';
import type { DeploymentRecord } from '../../model/record.ts';
import type { Revision } from '../../model/revision.ts';
import { withoutRepeats } from '../running/repeats.ts';
import { keepRunning, type Steady } from '../running/steady.ts';
import { earliest } from '../running/wake.ts';
import { bar, barOf, liftsInMs } from './barred.ts';
import { noteFailedRuns } from './failed-logs.ts';
import { failedServices } from './failed-services.ts';

interface Failure {
  readonly proven: Revision<DesiredPresent>;
  readonly reason: Reason;
}

/** An update that failed, and the record with its content barred for `reason`. */
export interface Failed extends Failure {
  readonly record: DeploymentRecord;
}

/** Bars the content of the desired revision for `reason`: from now on `proven` runs in its place. */
export function rollBack(facts: Facts, record: DeploymentRecord, { proven, reason }: Failure): Failed {
  // What the failed revision did is kept with the bar, and not held against the one that runs again.
  const calm = { ...withoutRepeats(record), attempt: null, services: {}, blocked: null };
  const { content, revision } = facts.desired;
  const services = failedServices(record, facts.desired, { reason, at: facts.wallTime });
  const failed = { revision, at: facts.wallTime, services };
  const barred = bar(calm, { content, reason, failed }, facts);
  const told = barOf(barred, content)?.reason ?? reason;
  return { record: barred, proven, reason: told };
}

/** Keeps `proven` running in the place of the desired revision, whose content is barred for `reason`. */
export function stayRolledBack(facts: Facts, failed: Failed): Decision {
  const steady = keepRunning(facts, failed.record, { revision: failed.proven });
  const told = rolledBackPhase(steady, facts.desired, failed);
  const barred = barOf(steady.record, facts.desired.content);
  const decision: Decision = {
    ...steady,
    record: { ...steady.record, ...told, attempt: null },
    wakeInMs: earliest(steady.wakeInMs, barred === null ? null : liftsInMs(barred, facts.nowMs)),
  };
  return noteFailedRuns(facts, decision);
}

/** `rolled_back` is said once the previous revision really does its work again, and not before. */
function rolledBackPhase(
  { trouble, isAllGood, record }: Steady,
  desired: Revision,
  { proven, reason }: Failure,
): { phase: Phase; reason: Reason } {
  if (trouble !== null) {
    const message = `revision ${desired.revision} failed, and so does revision ${proven.revision} after it: ${trouble.message}`;
    return { phase: 'failed', reason: { ...trouble, code: 'inconsistent', message } };
  }
  const isDone = isAllGood || record.phase === 'rolled_back';
  return { phase: isDone ? 'rolled_back' : 'switching', reason };
}
