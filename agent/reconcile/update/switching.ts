// Stages `switching`, `proving` and `unproven`: the new containers take over, and show whether they are good.
// Tested in test/agent/reconcile/golden-plans.test.ts.
import type { Decision } from '../../model/decision.ts';
import type { Facts } from '../../model/facts.ts';
import { instancesOf, isMadeFor } from '../../model/instance.ts';
import type { ObservedContainer } from '../../model/observed.ts';
import { PHASE_TABLE, type Stage } from '../../model/phases.ts';
import type { Attempt, DeploymentRecord } from '../../model/record.ts';
import { isPreparation } from '../../model/step-table.ts';
import { isUpToDate, keepCompleted } from '../running/completed.ts';
import { imagesToFetch } from '../running/images.ts';
import { askLastWords, noteAsked } from '../running/last-words.ts';
import { obstaclesIn } from '../running/obstacles.ts';
import { clearAway, type Plan, parkStopped, planSteps } from '../running/plan.ts';
import { isUp } from '../running/select-container.ts';
import { keepRunning, settle } from '../running/steady.ts';
import { troubleOf } from '../running/trouble.ts';
import { type RevisionView, viewRevision } from '../running/views.ts';
import { earliest, nextRetryInMs } from '../running/wake.ts';
import type { Desired, Updating } from './attempt.ts';
import { withoutBar, withoutFailures } from './barred.ts';
import { condemn } from './condemned.ts';
import { deadlineInMs, noteClock } from './deadline.ts';
import { lasts, over, type Progress } from './progress.ts';
import { judgeAttempt, type Proof, proofInMs } from './proof.ts';

/** What is to be done, of what has to stop before the update is through. */
interface Course {
  readonly plan: Plan;
  readonly inTheWay: readonly ObservedContainer[];
}

/** Over once the revision is condemned. */
export function switchAndProve(facts: Facts, before: Updating, desired: Desired): Progress<Updating> {
  const { record, view } = viewRevision(facts, before, desired);
  return goOnTrial(facts, { ...record, attempt: record.attempt ?? before.attempt }, { desired, view });
}

interface Trial {
  readonly desired: Desired;
  readonly view: RevisionView;
}

function goOnTrial(facts: Facts, record: Updating, { desired, view }: Trial): Progress<Updating> {
  const course = planSwitch(facts, record, view);
  const { obstacle, leftover } = obstaclesIn(course.plan, record);
  const held = view.differences[0] ?? obstacle;
  const attempt = noteStops(record.attempt, course, facts);
  const proof: Proof = {
    ...{ view, obstacle: held, nowMs: facts.nowMs },
    record: { ...record, attempt, blocked: held ?? leftover },
  };
  const verdict = judgeAttempt(proof);
  if (verdict === 'proven') return lasts(becomeProven(facts, proof.record, desired));
  if (verdict === 'undecided' || attempt.stage === 'unproven') return lasts(goOn(course.plan, proof));
  return over(condemn(proof.record, verdict));
}

/**
 * New containers first, then old ones out of their way, then the start. What has to stop: leftovers of other revisions,
 * and with `stop-first` what ran before.
 */
function planSwitch(facts: Facts, record: Updating, view: RevisionView): Course {
  const isStopFirst = view.document.update.strategy === 'stop-first';
  const inTheWay = view.surplus.filter(
    (container) => isUp(container) && (isStopFirst || !isOfProven(facts, container)),
  );
  const stopped = view.surplus.filter((container) => !isUp(container) && !isOfProven(facts, container));
  // Nothing is made with what is there otherwise than asked, and so nothing is stopped for it.
  if (view.differences.length > 0) return { plan: { needed: [], cleanup: [] }, inTheWay };
  const course = { leaving: inTheWay, cleanup: clearAway(stopped), moment: facts };
  return { plan: planSteps(view, record, course), inTheWay };
}

function isOfProven({ proven }: Facts, container: ObservedContainer): boolean {
  if (proven === null) return true;
  return instancesOf(proven.document.services).some((spec) => isMadeFor(container, spec));
}

/** The attempt with the deadline's clock, which waits for stops. */
function noteStops(attempt: Attempt, { plan, inTheWay }: Course, facts: Facts): Attempt {
  const stops = plan.needed.flatMap((step) => (step.kind === 'stop_container' ? [step.container] : []));
  const stopping = inTheWay.filter(({ id }) => stops.includes(id));
  return noteClock(attempt, { stopping, inTheWay, nowMs: facts.nowMs });
}

/** One step on for every service. */
function goOn({ needed, cleanup }: Plan, proof: Proof): Decision {
  const { view, record, nowMs } = proof;
  const stage = stageOf(view, record.attempt);
  // Before the verdict the last words are read with it.
  const failing = stage === 'unproven' ? view.services.filter((service) => troubleOf(service) !== null) : [];
  const steps = [...needed, ...cleanup, ...askLastWords(failing, needed)];
  const hasBegun = needed.every(isPreparation) ? {} : { hasBegun: true as const };
  const entered: DeploymentRecord = {
    ...record,
    attempt: { ...record.attempt, stage, ...hasBegun },
    ...phaseOf(stage, record),
  };
  return {
    record: noteAsked(parkStopped(entered, steps), steps),
    steps,
    wants: imagesToFetch(view.services),
    wakeInMs: earliest(nextRetryInMs(record, nowMs), proofInMs(proof)),
    ...(stage === 'unproven' ? {} : { deadlineInMs: deadlineInMs(record.attempt, view.document, nowMs) }),
    services: view.services,
  };
}

/** The proof begins once every service was started. */
function stageOf({ services }: RevisionView, { stage }: Attempt): Stage {
  const isStarted = services.every(
    (view) => (view.container !== null && isUp(view.container)) || view.isCompleted,
  );
  return stage === 'switching' && isStarted ? 'proving' : stage;
}

function phaseOf(stage: Stage, record: Updating): Pick<DeploymentRecord, 'phase' | 'reason'> {
  const reason = stage === 'unproven' ? (record.attempt.verdict?.reason ?? null) : record.blocked;
  return { phase: PHASE_TABLE[stage].told ?? record.phase, reason };
}

function becomeProven(facts: Facts, record: Updating, desired: Desired): Decision {
  const { completed: _, ...rest } = withoutFailures(withoutBar(record, desired.content));
  const proven: DeploymentRecord = {
    ...rest,
    // What the revision before had done with other images was kept for the way back.
    ...keepCompleted(record, (done) => isUpToDate(done, record.attempt)),
    proven: { revision: desired.revision, hash: desired.hash },
    previous: record.proven,
    attempt: null,
    phase: 'converged',
    reason: null,
  };
  return settle(keepRunning(facts, proven, { revision: desired }));
}
