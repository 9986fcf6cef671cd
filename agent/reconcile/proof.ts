// The proof: whether a new revision has shown that it works, has failed, or still may go either way.
import type { PresentDeployment } from '../../protocol/deployment.ts';
import type { Reason } from '../../protocol/status.ts';
import { isCompleted } from './completed.ts';
import { deadlineInMs } from './deadline.ts';
import { MAX_RESUMES } from './phases.ts';
import type { Attempt, DeploymentRecord } from './record.ts';
import { durationMs } from './service-spec.ts';
import { isAsAsked } from './services.ts';
import type { ServiceView, Situation } from './situation.ts';
import { troubleOf } from './steady.ts';

/** A service that fails this often before it is proven is not going to be: no need to wait the deadline out. */
const MAX_FAILURES = 3;

export interface Proof {
  readonly document: PresentDeployment;
  readonly views: readonly ServiceView[];
  readonly attempt: Attempt;
  readonly record: DeploymentRecord;
}

/** Whom the failure is put down to; `null` for no service in particular. */
export interface Culprit {
  readonly view: ServiceView | null;
  readonly reason: Reason;
}

/**
 * Every service must be healthy, and have been so for `healthy_after`, within the `deadline`. An exit begins the wait anew; the third one ends it. A service that failed before may go on failing.
 */
export function judgeAttempt(situation: Situation, proof: Proof): 'proven' | 'undecided' | Culprit {
  const { views, attempt, record } = proof;
  const unproven = views.filter((view) => !isProven(situation, view, proof));
  if (unproven.length === 0) return 'proven';
  const onTrial = views.filter((view) => !attempt.brokenBefore.includes(view.spec.name));
  const crashing = onTrial.find((view) => (attempt.failures[view.spec.name] ?? 0) >= failuresAllowed(view));
  if (crashing !== undefined) return { view: crashing, reason: culpritReason(situation, crashing, record) };
  if (attempt.resumes > MAX_RESUMES) {
    const message = `the agent or the device restarted ${attempt.resumes} times before it was proven`;
    return { view: null, reason: { code: 'never_proven', message } };
  }
  if (deadlineInMs(attempt, proof.document, situation.nowMs) > 0) return 'undecided';
  // Where nothing was good before there is nobody to tell a good update by: then all are on trial.
  const slow = (onTrial.length > 0 ? onTrial : views).find((view) => unproven.includes(view));
  if (slow === undefined) return 'proven';
  return { view: slow, reason: culpritReason(situation, slow, record) };
}

/** A service that no policy restarts has one chance. */
function failuresAllowed(view: ServiceView): number {
  return view.spec.settings.restartPolicy === 'no' ? 1 : MAX_FAILURES;
}

function isProven(situation: Situation, view: ServiceView, { document, record }: Proof): boolean {
  if (isCompleted(view.spec, view.container, record)) return true;
  if (view.verdict.health !== 'healthy' || !isAsAsked(view, record)) return false;
  const since = view.verdict.healthySinceMs;
  return since !== null && situation.nowMs - since >= durationMs(document.update.healthy_after, 0);
}

function culpritReason(situation: Situation, view: ServiceView, record: DeploymentRecord): Reason {
  const known = record.blocked ?? troubleOf(situation, view, record);
  if (known !== null) return known;
  return {
    code: 'deadline',
    path: `services.${view.spec.name}`,
    message: 'it was not healthy within the deadline',
  };
}

/** When the proof could be complete, or the deadline passes; an attempt that failed has none any more. */
export function proofInMs(situation: Situation, { document, views, attempt }: Proof): number | null {
  const healthyAfterMs = durationMs(document.update.healthy_after, 0);
  const waits = views
    .map((view) => (view.verdict.healthySinceMs ?? situation.nowMs) + healthyAfterMs - situation.nowMs)
    .filter((ms) => ms > 0);
  const leftMs = deadlineInMs(attempt, document, situation.nowMs);
  if (attempt.stage !== 'unproven') waits.push(Math.max(0, leftMs));
  return waits.length === 0 ? null : Math.min(...waits);
}
