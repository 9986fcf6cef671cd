// Stages `switching`, `proving` and `unproven`: the new containers take over, and show whether they are good.
import type { PresentDeployment } from '../../protocol/deployment.ts';
import { withoutBar } from './barred.ts';
import { isCompleted } from './completed.ts';
import { condemn } from './condemned.ts';
import { noteClock } from './deadline.ts';
import type { ObservedContainer } from './observed.ts';
import { PHASE_TABLE, type Stage } from './phases.ts';
import { judgeAttempt, type Proof, proofInMs } from './proof.ts';
import type { Attempt, DeploymentRecord } from './record.ts';
import { isUp } from './select-container.ts';
import { networksUsed, specsOf } from './service-spec.ts';
import {
  advanceServices,
  earliest,
  imagesToFetch,
  nextRetryInMs,
  noteRuns,
  viewServices,
} from './services.ts';
import type { Decision, Revision, ServiceView, Situation } from './situation.ts';
import { clearAway, keepRunning, makeWay, parkStopped, surplusOf } from './steady.ts';
import { missingResources, type Step } from './steps.ts';

type Desired = Revision<PresentDeployment>;

export function switchAndProve(situation: Situation, desired: Desired, before: Attempt): Decision {
  const views = viewServices(situation, desired);
  const record = noteRuns(situation, { ...situation.record, attempt: before }, views);
  const inTheWay = containersInTheWay(situation, desired, views);
  const attempt = noteClock(record.attempt ?? before, inTheWay, situation.nowMs);
  const proof = { document: desired.document, views, attempt, record };
  const verdict = judgeAttempt(situation, proof);
  if (verdict === 'proven') return becomeProven({ ...situation, record }, desired);
  if (verdict === 'undecided' || attempt.stage === 'unproven') return goOn(situation, desired, proof);
  return condemn({ ...situation, record }, { desired, attempt, ...verdict });
}

/** One step on for every service: new containers first, then old ones out of their way, then the start. */
function goOn(situation: Situation, desired: Desired, proof: Proof): Decision {
  const { views, attempt, record: noted } = proof;
  const steps = stepsToSwitch(situation, desired, proof);
  const isStarted = views.every(
    (view) =>
      (view.container !== null && isUp(view.container)) || isCompleted(view.spec, view.container, noted),
  );
  const stage = attempt.stage === 'switching' && isStarted ? 'proving' : attempt.stage;
  const record: DeploymentRecord = {
    ...noted,
    attempt: { ...attempt, stage },
    ...phaseOf(stage, attempt, noted),
  };
  return {
    record: parkStopped(record, steps),
    steps,
    wantedImages: imagesToFetch(situation, views),
    wakeInMs: earliest(nextRetryInMs(situation, record), proofInMs(situation, proof)),
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

function stepsToSwitch(situation: Situation, desired: Desired, { views, record }: Proof): Step[] {
  const networks = networksUsed(views.map((view) => view.spec));
  const missing = missingResources(desired.document, networks, situation.observed);
  if (missing.length > 0) return missing;
  const inTheWay = containersInTheWay(situation, desired, views);
  const isPlaceTaken = (view: ServiceView): boolean =>
    inTheWay.some((container) => container.service === view.spec.name);
  const stopped = surplusOf(situation, views).filter(
    (container) => !isUp(container) && !isOfProven(situation, container),
  );
  return [
    ...advanceServices(situation, record, views, isPlaceTaken),
    ...makeWay(inTheWay, views),
    ...clearAway(stopped),
  ];
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
  return specsOf(situation.proven.document).some(
    (spec) => spec.name === container.service && spec.hash === container.spec,
  );
}

function becomeProven(situation: Situation, desired: Desired): Decision {
  const record: DeploymentRecord = {
    ...withoutBar(situation.record, desired.content),
    proven: { revision: desired.revision, hash: desired.hash },
    previous: situation.record.proven,
    attempt: null,
    phase: 'converged',
    reason: null,
  };
  const steady = keepRunning({ ...situation, record, proven: desired }, desired);
  const trouble = steady.trouble === null ? {} : { phase: 'degraded' as const, reason: steady.trouble };
  return { ...steady, record: { ...steady.record, ...trouble } };
}
