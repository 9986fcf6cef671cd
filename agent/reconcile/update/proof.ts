// The proof: whether a new revision has shown that it works, has failed, or still may go either way.
// Tested in test/agent/reconcile/golden-plans.test.ts.

import type { ServiceView } from '../../model/decision.ts';
import { lasted, moreMs } from '../../model/evidence.ts';
import { keyOf } from '../../model/instance.ts';
import { hasOneChance } from '../../model/lifecycle.ts';
import { MAX_RESUMES } from '../../model/phases.ts';
import type { Reason } from '../../model/reason.ts';
import { lastFailureOf, troubleOf } from '../running/trouble.ts';
import type { RevisionView } from '../running/views.ts';
import type { Updating } from './attempt.ts';
import { deadlineInMs } from './deadline.ts';

/** A service that fails this often before it is proven is not going to be: no need to wait the deadline out. */
const MAX_FAILURES = 3;

export interface Proof {
  readonly view: RevisionView;
  readonly record: Updating;
  /** What services wait for in vain: a network that cannot be made, say. */
  readonly obstacle: Reason | null;
  readonly nowMs: number;
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
export function judgeAttempt(proof: Proof): 'proven' | 'undecided' | Culprit {
  const { view, record, nowMs } = proof;
  const { attempt } = record;
  const unproven = view.services.filter((service) => !isProven(service, proof));
  if (unproven.length === 0) return 'proven';
  const onTrial = view.services.filter(({ spec }) => !attempt.brokenBefore.includes(keyOf(spec.instance)));
  const crashing = onTrial.find(
    (service) => (attempt.failures[keyOf(service.spec.instance)] ?? 0) >= failuresAllowed(service),
  );
  if (crashing !== undefined) return { view: crashing, reason: crashReason(crashing) };
  if (attempt.resumes > MAX_RESUMES) {
    const message = `the agent or the device restarted or stood still, or the engine was away, ${attempt.resumes} times before it was proven`;
    return { view: null, reason: { code: 'never_proven', message } };
  }
  if (deadlineInMs(attempt, view.document, nowMs) > 0) return 'undecided';
  // Where nothing was good before there is nobody to tell a good update by: then all are on trial.
  const late = (onTrial.length > 0 ? onTrial : view.services).filter((service) => unproven.includes(service));
  return late.length === 0 ? 'proven' : blameForDelay(late, proof);
}

function failuresAllowed({ spec }: ServiceView): number {
  return hasOneChance(spec.lifecycle) ? 1 : MAX_FAILURES;
}

function isProven(service: ServiceView, { view }: Proof): boolean {
  if (service.isCompleted) return true;
  if (service.verdict.health !== 'healthy' || !service.isAsAsked) return false;
  return lasted(service.verdict.evidence, view.document.update.healthyAfterMs);
}

function crashReason(view: ServiceView): Reason {
  const known = troubleOf(view) ?? lastFailureOf(view);
  return (
    known ?? { code: 'exited', path: `services.${view.spec.name}`, message: 'it failed again and again' }
  );
}

/**
 * The one that is known to fail, rather than one that waits for it; and why, with all that is known. Of those that failed
 * before one may be what the others wait for.
 */
function blameForDelay(late: readonly ServiceView[], { view, obstacle }: Proof): Culprit {
  const { services } = view;
  const culprit =
    late.find((other) => troubleOf(other) !== null) ??
    late.find(({ waitsFor }) => waitsFor.length === 0) ??
    services.find((other) => troubleOf(other) !== null) ??
    late[0] ??
    null;
  if (obstacle !== null || culprit === null) return { view: culprit, reason: obstacle ?? TOO_LATE };
  const path = `services.${culprit.spec.name}`;
  const tooLate = { ...TOO_LATE, path, message: lateMessage(culprit) };
  return { view: culprit, reason: troubleOf(culprit) ?? tooLate };
}

const TOO_LATE: Reason = { code: 'deadline', message: 'it was not healthy within the deadline' };

function lateMessage({ waitsFor, probeError }: ServiceView): string {
  if (waitsFor.length > 0) return `${TOO_LATE.message}: it waits for ${waitsFor.join(', ')}`;
  return probeError === null ? TOO_LATE.message : `${TOO_LATE.message}: its probe fails: ${probeError}`;
}

/** When the proof could be complete, or the deadline passes; an attempt that failed has none any more. */
export function proofInMs({ view, record, nowMs }: Proof): number | null {
  const healthyAfterMs = view.document.update.healthyAfterMs;
  const waits = view.services
    .map(({ verdict }) => moreMs(verdict.evidence, healthyAfterMs, nowMs))
    .filter((ms) => ms > 0);
  const leftMs = deadlineInMs(record.attempt, view.document, nowMs);
  if (record.attempt.stage !== 'unproven') waits.push(Math.max(0, leftMs));
  return waits.length === 0 ? null : Math.min(...waits);
}
