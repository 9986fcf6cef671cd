// The proof: whether a new revision has shown that it works, has failed, or still may go either way.
// Tested in test/agent/reconcile/golden-plans.test.ts.
import type { DesiredPresent } from '../../model/desired-deployment.ts';
import { lasted, moreMs } from '../../model/evidence.ts';
import { hasOneChance } from '../../model/lifecycle.ts';
import { MAX_RESUMES } from '../../model/phases.ts';
import type { Reason } from '../../model/reason.ts';
import type { Attempt, DeploymentRecord } from '../../model/record.ts';
import type { ServiceView, Situation } from '../../model/situation.ts';
import { isCompleted } from '../running/completed.ts';
import { isAsAsked, unmetDependencies } from '../running/services.ts';
import { lastFailureOf, troubleOf } from '../running/steady.ts';
import { deadlineInMs } from './deadline.ts';

/** A service that fails this often before it is proven is not going to be: no need to wait the deadline out. */
const MAX_FAILURES = 3;

export interface Proof {
  readonly document: DesiredPresent;
  readonly views: readonly ServiceView[];
  readonly attempt: Attempt;
  readonly record: DeploymentRecord;
  /** What services wait for in vain: a network that cannot be made, say. */
  readonly obstacle: Reason | null;
}

/** Whom the failure is put down to; `null` for no service in particular. */
export interface Culprit {
  readonly view: ServiceView | null;
  readonly reason: Reason;
}

/**
 * Every service must be healthy, and have been seen so for `healthy_after`, within the `deadline`. An exit begins the
 * wait anew; the third one ends it. A service that failed before may go on failing.
 */
export function judgeAttempt(situation: Situation, proof: Proof): 'proven' | 'undecided' | Culprit {
  const { views, attempt, record } = proof;
  const unproven = views.filter((view) => !isProven(view, proof));
  if (unproven.length === 0) return 'proven';
  const onTrial = views.filter((view) => !attempt.brokenBefore.includes(view.spec.name));
  const crashing = onTrial.find((view) => (attempt.failures[view.spec.name] ?? 0) >= failuresAllowed(view));
  if (crashing !== undefined) return { view: crashing, reason: crashReason(situation, crashing, record) };
  if (attempt.resumes > MAX_RESUMES) {
    const message = `the agent or the device restarted or stood still, or the engine was away, ${attempt.resumes} times before it was proven`;
    return { view: null, reason: { code: 'never_proven', message } };
  }
  if (deadlineInMs(attempt, proof.document, situation.nowMs) > 0) return 'undecided';
  // Where nothing was good before there is nobody to tell a good update by: then all are on trial.
  const late = (onTrial.length > 0 ? onTrial : views).filter((view) => unproven.includes(view));
  return late.length === 0 ? 'proven' : blameForDelay(situation, late, proof);
}

function failuresAllowed({ spec }: ServiceView): number {
  return hasOneChance(spec.lifecycle) ? 1 : MAX_FAILURES;
}

function isProven(view: ServiceView, { document, record }: Proof): boolean {
  if (isCompleted(view, record)) return true;
  if (view.verdict.health !== 'healthy' || !isAsAsked(view, record)) return false;
  return lasted(view.verdict.evidence, document.update.healthyAfterMs);
}

function crashReason(situation: Situation, view: ServiceView, record: DeploymentRecord): Reason {
  const known = troubleOf(situation, view, record) ?? lastFailureOf(view, record);
  return (
    known ?? { code: 'exited', path: `services.${view.spec.name}`, message: 'it failed again and again' }
  );
}

/**
 * The one that is known to fail, rather than one that waits for it; and why, with all that is known. Of those that failed
 * before one may be what the others wait for.
 */
function blameForDelay(situation: Situation, late: readonly ServiceView[], proof: Proof): Culprit {
  const { views, record, obstacle } = proof;
  const view =
    late.find((other) => troubleOf(situation, other, record) !== null) ??
    late.find(({ spec }) => unmetDependencies(spec, views, record).length === 0) ??
    views.find((other) => troubleOf(situation, other, record) !== null) ??
    late[0] ??
    null;
  if (obstacle !== null || view === null) return { view, reason: obstacle ?? TOO_LATE };
  const path = `services.${view.spec.name}`;
  const known = troubleOf(situation, view, record);
  return { view, reason: known ?? { ...TOO_LATE, path, message: lateMessage(situation, view, proof) } };
}

const TOO_LATE: Reason = { code: 'deadline', message: 'it was not healthy within the deadline' };

function lateMessage({ health }: Situation, { spec, container }: ServiceView, proof: Proof): string {
  const waitsFor = unmetDependencies(spec, proof.views, proof.record);
  if (waitsFor.length > 0) return `${TOO_LATE.message}: it waits for ${waitsFor.join(', ')}`;
  const lastError = container === null ? null : (health.get(container.id)?.probe?.lastError ?? null);
  return lastError === null ? TOO_LATE.message : `${TOO_LATE.message}: its probe fails: ${lastError}`;
}

/** When the proof could be complete, or the deadline passes; an attempt that failed has none any more. */
export function proofInMs(situation: Situation, { document, views, attempt }: Proof): number | null {
  const healthyAfterMs = document.update.healthyAfterMs;
  const waits = views
    .map(({ verdict }) => moreMs(verdict.evidence, healthyAfterMs, situation.nowMs))
    .filter((ms) => ms > 0);
  const leftMs = deadlineInMs(attempt, document, situation.nowMs);
  if (attempt.stage !== 'unproven') waits.push(Math.max(0, leftMs));
  return waits.length === 0 ? null : Math.min(...waits);
}
