// Stages `switching`, `proving` and `unproven`: the new containers take over, and show whether they are good.
// Tested in test/agent/reconcile/golden-plans.test.ts.
import type { DesiredPresent } from '../../model/desired-deployment.ts';
import type { ObservedContainer } from '../../model/observed.ts';
import { PHASE_TABLE, type Stage } from '../../model/phases.ts';
import type { Attempt, DeploymentRecord } from '../../model/record.ts';
import type { Decision, Revision, ServiceView, Situation } from '../../model/situation.ts';
import { isPreparation } from '../../model/step-table.ts';
import { isCompleted, isUpToDate, keepCompleted } from '../running/completed.ts';
import { obstaclesIn, type Plan } from '../running/obstacles.ts';
import { isUp } from '../running/select-container.ts';
import { earliest, imagesToFetch, nextRetryInMs, noteRuns, viewServices } from '../running/services.ts';
import {
  clearAway,
  differencesIn,
  keepRunning,
  parkStopped,
  planSteps,
  steadyPhase,
  surplusOf,
} from '../running/steady.ts';
import { withoutBar } from './barred.ts';
import { condemn } from './condemned.ts';
import { deadlineInMs, noteClock } from './deadline.ts';
import { judgeAttempt, type Proof, proofInMs } from './proof.ts';

type Desired = Revision<DesiredPresent>;

const NOTHING_TO_DO: Plan = { needed: [], cleanup: [] };

export function switchAndProve(situation: Situation, desired: Desired, before: Attempt): Decision {
  const views = viewServices(situation, desired);
  const noted = noteRuns(situation, { ...situation.record, attempt: before }, views);
  const inTheWay = containersInTheWay(situation, desired, views);
  const stopped = surplusOf(situation, views).filter(
    (container) => !isUp(container) && !isOfProven(situation, container),
  );
  const [difference = null] = differencesIn(situation, desired.document, views);
  // Nothing is made with what is there otherwise than asked, and so nothing is stopped for it.
  const plan =
    difference !== null
      ? NOTHING_TO_DO
      : planSteps(situation, {
          ...{ document: desired.document, views, record: noted },
          leaving: inTheWay,
          cleanup: clearAway(stopped),
        });
  const stops = plan.needed.flatMap((step) => (step.kind === 'stop_container' ? [step.container] : []));
  const stopping = inTheWay.filter(({ id }) => stops.includes(id));
  const attempt = noteClock(noted.attempt ?? before, { stopping, inTheWay, nowMs: situation.nowMs });
  const found = obstaclesIn(plan, noted);
  const obstacle = difference ?? found.obstacle;
  const record: DeploymentRecord = { ...noted, blocked: obstacle ?? found.leftover };
  const proof = { document: desired.document, views, attempt, record, obstacle };
  const verdict = judgeAttempt(situation, proof);
  if (verdict === 'proven') return becomeProven({ ...situation, record }, desired);
  if (verdict === 'undecided' || attempt.stage === 'unproven') return goOn(situation, plan, proof);
  return condemn({ ...situation, record }, { desired, attempt, ...verdict });
}

/** One step on for every service: new containers first, then old ones out of their way, then the start. */
function goOn(situation: Situation, { needed, cleanup }: Plan, proof: Proof): Decision {
  const { document, views, attempt, record: noted } = proof;
  const steps = [...needed, ...cleanup];
  const isStarted = views.every(
    (view) => (view.container !== null && isUp(view.container)) || isCompleted(view, noted),
  );
  const stage = attempt.stage === 'switching' && isStarted ? 'proving' : attempt.stage;
  const record: DeploymentRecord = {
    ...noted,
    attempt: { ...attempt, stage, ...(needed.every(isPreparation) ? {} : { hasBegun: true }) },
    ...phaseOf(stage, attempt, noted),
  };
  return {
    record: parkStopped(record, steps),
    steps,
    wants: imagesToFetch(situation, views),
    wakeInMs: earliest(nextRetryInMs(situation, record), proofInMs(situation, proof)),
    ...(stage === 'unproven' ? {} : { deadlineInMs: deadlineInMs(attempt, document, situation.nowMs) }),
    services: views,
  };
}

/** What has to stop: leftovers of other revisions, and with `stop-first` what ran before. */
function containersInTheWay(
  situation: Situation,
  { document }: Desired,
  views: readonly ServiceView[],
): ObservedContainer[] {
  const isStopFirst = document.update.strategy === 'stop-first';
  return surplusOf(situation, views).filter(
    (container) => isUp(container) && (isStopFirst || !isOfProven(situation, container)),
  );
}

function phaseOf(
  stage: Stage,
  attempt: Attempt,
  record: DeploymentRecord,
): Pick<DeploymentRecord, 'phase' | 'reason'> {
  const reason = stage === 'unproven' ? (attempt.verdict?.reason ?? null) : record.blocked;
  return { phase: PHASE_TABLE[stage].told ?? record.phase, reason };
}

function isOfProven(situation: Situation, container: ObservedContainer): boolean {
  if (situation.proven === null) return true;
  return situation.proven.document.services.some(
    (spec) => spec.name === container.service && spec.hash === container.spec,
  );
}

function becomeProven(situation: Situation, desired: Desired): Decision {
  const { attempt } = situation.record;
  const { completed: _, ...rest } = withoutBar(situation.record, desired.content);
  const record: DeploymentRecord = {
    ...rest,
    // What the revision before had done with other images was kept for the way back.
    ...keepCompleted(situation.record, (done) => attempt === null || isUpToDate(done, attempt)),
    proven: { revision: desired.revision, hash: desired.hash },
    previous: situation.record.proven,
    attempt: null,
    phase: 'converged',
    reason: null,
  };
  const steady = keepRunning({ ...situation, record, proven: desired }, desired);
  return { ...steady, record: { ...steady.record, ...steadyPhase(steady, record.phase) } };
}
