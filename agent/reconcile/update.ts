// An update from the revision that runs to the one that is desired. `Stage` in record.ts has the table.
import type { PresentDeployment } from '../../protocol/deployment.ts';
import type { Reason } from '../../protocol/status.ts';
import { isCompleted } from './advance.ts';
import type { ObservedContainer } from './observed.ts';
import { type Attempt, type DeploymentRecord, EMPTY_HISTORY, type Stage, withBarred } from './record.ts';
import { stayRolledBack } from './rollback.ts';
import { isUp } from './select-container.ts';
import { durationMs, networksUsed, specsOf } from './service-spec.ts';
import {
  advanceServices,
  earliest,
  imagesToFetch,
  nextRetryInMs,
  noteRuns,
  plightOf,
  viewServices,
} from './services.ts';
import type { Decision, Revision, ServiceView, Situation } from './situation.ts';
import { clearAway, keepRunning, nextHealthInMs, parkStopped, surplusOf, troubleOf } from './steady.ts';
import { missingResources, type Step } from './steps.ts';

type Desired = Revision<PresentDeployment>;

/** A service that fails this often before it is proven is not going to be: no need to wait the deadline out. */
const MAX_FAILURES = 3;
/** A revision that was never proven over this many starts of the agent or device may well be their cause. */
const MAX_RESUMES = 5;

export function decideUpdate(situation: Situation, desired: Desired): Decision {
  const { attempt } = situation.record;
  const current = attempt?.hash === desired.hash ? attempt : beginAttempt(situation, desired);
  const begun = { ...situation, record: { ...situation.record, attempt: current } };
  switch (current.stage) {
    case 'pulling':
      return pull(begun, desired, current);
    case 'switching':
    case 'proving':
    case 'unproven':
      return switchAndProve(begun, desired, current);
    case 'condemned':
      return readLogs(begun, desired, current);
  }
}

function beginAttempt(situation: Situation, desired: Desired): Attempt {
  const { proven, record } = situation;
  const broken =
    proven === null
      ? []
      : viewServices(situation, proven.document)
          .filter((view) => plightOf(view, record) === 'failing')
          .map((view) => view.spec.name);
  return {
    hash: desired.hash,
    revision: desired.revision,
    stage: 'pulling',
    pulledAtMs: null,
    resumes: 0,
    brokenBefore: broken,
    failures: {},
    verdict: null,
  };
}

/** The old revision is kept running and repaired while the new one's images come. */
function pull(situation: Situation, desired: Desired, attempt: Attempt): Decision {
  const views = viewServices(situation, desired.document);
  const wanted = imagesToFetch(situation, views);
  if (wanted.length === 0) {
    return switchAndProve(situation, desired, {
      ...attempt,
      stage: 'switching',
      pulledAtMs: situation.nowMs,
    });
  }
  const upkeep = upkeepOfProven(situation, views);
  const trouble =
    views.map((view) => troubleOfImage(situation, view)).find((reason) => reason !== null) ?? null;
  const record: DeploymentRecord = { ...upkeep.record, attempt, ...pullPhase(situation, trouble) };
  return {
    ...upkeep,
    record,
    wantedImages: [...wanted, ...upkeep.wantedImages],
    services: views.map((view) => whatRunsFor(view, upkeep.services)),
  };
}

/** Until the switch a service is shown as it runs, with the progress of what is fetched for it. */
function whatRunsFor(view: ServiceView, running: readonly ServiceView[]): ServiceView {
  const present =
    view.container === null ? running.find((other) => other.spec.name === view.spec.name) : undefined;
  return present === undefined ? view : { ...present, awaitedImage: view.awaitedImage };
}

/** An image that cannot be had is told at once; one that cannot be had for now is waited for. */
function pullPhase(
  situation: Situation,
  trouble: { reason: Reason; isTransient: boolean } | null,
): Pick<DeploymentRecord, 'phase' | 'reason'> {
  if (trouble === null) return { phase: 'pulling', reason: null };
  if (trouble.isTransient) return { phase: 'pulling', reason: trouble.reason };
  return { phase: situation.proven === null ? 'failed' : 'rolled_back', reason: trouble.reason };
}

function troubleOfImage(
  situation: Situation,
  view: ServiceView,
): { reason: Reason; isTransient: boolean } | null {
  const image = situation.images.get(view.spec.service.image);
  const reason = troubleOf(situation, view, situation.record);
  if (view.container !== null || image?.kind !== 'failed' || reason === null) return null;
  return { reason, isTransient: image.isTransient };
}

function upkeepOfProven(situation: Situation, desiredViews: readonly ServiceView[]): Decision {
  if (situation.proven === null) {
    return { record: situation.record, steps: [], wantedImages: [], wakeInMs: null, services: [] };
  }
  const ofDesired = new Set(desiredViews.map((view) => view.container?.id));
  return keepRunning(situation, situation.proven, (container) => ofDesired.has(container.id));
}

function switchAndProve(situation: Situation, desired: Desired, before: Attempt): Decision {
  const { document } = desired;
  const views = viewServices(situation, document);
  const noted = noteRuns(situation, { ...situation.record, attempt: before }, views);
  const attempt = noted.attempt ?? before;
  const verdict = judgeAttempt(situation, { document, views, attempt, record: noted });
  if (verdict === 'proven') return becomeProven({ ...situation, record: noted }, desired);
  if (verdict !== 'unproven' && attempt.stage !== 'unproven')
    return condemn({ ...situation, record: noted }, { desired, attempt, verdict });

  const others = surplusOf(situation, views);
  const kept = others.filter((container) => isOfProven(situation, container));
  const leftovers = others.filter((container) => !kept.includes(container));
  const stopFirst = document.update.strategy === 'stop-first';
  const inTheWay = [...leftovers, ...(stopFirst ? kept : [])].filter(isUp);
  const isPlaceTaken = (view: ServiceView) =>
    inTheWay.some((container) => container.service === view.spec.name);
  const missing = missingResources(
    document,
    networksUsed(views.map((view) => view.spec)),
    situation.observed,
  );
  const steps =
    missing.length > 0
      ? missing
      : [
          ...advanceServices(situation, noted, views, isPlaceTaken),
          ...makeWay(inTheWay, views),
          ...clearAway(
            leftovers.filter((container) => !isUp(container)),
            views,
          ),
        ];
  const isStarted = views.every(
    (view) =>
      (view.container !== null && isUp(view.container)) || isCompleted(view.spec, view.container, noted),
  );
  const stage = attempt.stage === 'switching' && isStarted ? 'proving' : attempt.stage;
  const record: DeploymentRecord = { ...noted, attempt: { ...attempt, stage }, ...phaseOf(stage, attempt) };
  return {
    record: parkStopped(record, steps),
    steps,
    wantedImages: imagesToFetch(situation, views),
    wakeInMs: earliest(
      nextRetryInMs(situation, record),
      nextHealthInMs(situation, views, document),
      proofInMs(situation, document, { views, attempt }),
    ),
    services: views,
  };
}

function phaseOf(stage: Stage, attempt: Attempt): Pick<DeploymentRecord, 'phase' | 'reason'> {
  if (stage === 'unproven') return { phase: 'failed', reason: attempt.verdict?.reason ?? null };
  return { phase: stage === 'proving' ? 'proving' : 'switching', reason: null };
}

/** A container is stopped once its successor stands ready to start; one with no successor at once. */
function makeWay(inTheWay: readonly ObservedContainer[], views: readonly ServiceView[]): Step[] {
  const ready = inTheWay.filter((container) => {
    const successor = views.find((view) => view.spec.name === container.service);
    return successor === undefined || successor.container !== null;
  });
  return clearAway(ready, views);
}

function isOfProven(situation: Situation, container: ObservedContainer): boolean {
  if (situation.proven === null) return true;
  return specsOf(situation.proven.document).some(
    (spec) => spec.name === container.service && spec.hash === container.spec,
  );
}

interface Proof {
  readonly document: PresentDeployment;
  readonly views: readonly ServiceView[];
  readonly attempt: Attempt;
  readonly record: DeploymentRecord;
}

type AttemptVerdict = 'proven' | 'unproven' | { readonly view: ServiceView | null; readonly reason: Reason };

function judgeAttempt(situation: Situation, proof: Proof): AttemptVerdict {
  const { views, attempt, record } = proof;
  const onTrial = views.filter((view) => !attempt.brokenBefore.includes(view.spec.name));
  if (onTrial.every((view) => isProven(situation, view, proof))) return 'proven';
  const crashing = onTrial.find((view) => (attempt.failures[view.spec.name] ?? 0) >= failuresAllowed(view));
  if (crashing !== undefined) return { view: crashing, reason: culpritReason(situation, crashing, record) };
  if (attempt.resumes > MAX_RESUMES) {
    return {
      view: null,
      reason: {
        code: 'never_proven',
        message: `the agent or the device restarted ${attempt.resumes} times before it was proven`,
      },
    };
  }
  const deadlineMs = durationMs(proof.document.update.deadline, 0);
  if (situation.nowMs - (attempt.pulledAtMs ?? situation.nowMs) < deadlineMs) return 'unproven';
  const slow = onTrial.find((view) => !isProven(situation, view, proof)) ?? null;
  return {
    view: slow,
    reason:
      slow === null
        ? { code: 'deadline', message: 'not proven in time' }
        : culpritReason(situation, slow, record),
  };
}

/** A service that no policy restarts has one chance. */
function failuresAllowed(view: ServiceView): number {
  return view.spec.settings.restartPolicy === 'no' ? 1 : MAX_FAILURES;
}

function isProven(situation: Situation, view: ServiceView, { document, record }: Proof): boolean {
  if (isCompleted(view.spec, view.container, record)) return true;
  if (plightOf(view, record) !== 'good' && view.verdict.health !== 'healthy') return false;
  const since = view.verdict.healthySinceMs;
  return since !== null && situation.nowMs - since >= durationMs(document.update.healthy_after, 0);
}

function culpritReason(situation: Situation, view: ServiceView, record: DeploymentRecord): Reason {
  const known = troubleOf(situation, view, record);
  if (known !== null) return known;
  return {
    code: 'deadline',
    path: `services.${view.spec.name}`,
    message: `${view.spec.name} was not healthy within the deadline`,
  };
}

/** When the proof could be complete, or the deadline passes. */
function proofInMs(
  situation: Situation,
  document: PresentDeployment,
  { views, attempt }: { views: readonly ServiceView[]; attempt: Attempt },
): number {
  const healthyAfterMs = durationMs(document.update.healthy_after, 0);
  const waits = views
    .map((view) => (view.verdict.healthySinceMs ?? situation.nowMs) + healthyAfterMs - situation.nowMs)
    .filter((ms) => ms > 0);
  const deadlineIn =
    (attempt.pulledAtMs ?? situation.nowMs) + durationMs(document.update.deadline, 0) - situation.nowMs;
  return Math.max(0, Math.min(deadlineIn, ...waits));
}

function becomeProven(situation: Situation, desired: Desired): Decision {
  const record: DeploymentRecord = {
    ...situation.record,
    proven: { revision: desired.revision, hash: desired.hash },
    attempt: null,
    phase: 'converged',
    reason: null,
  };
  const steady = keepRunning({ ...situation, record, proven: desired }, desired);
  const trouble = steady.trouble === null ? {} : { phase: 'degraded' as const, reason: steady.trouble };
  return { ...steady, record: { ...steady.record, ...trouble } };
}

interface Condemned {
  readonly desired: Desired;
  readonly attempt: Attempt;
  readonly verdict: { readonly view: ServiceView | null; readonly reason: Reason };
}

/** The verdict is stored first; the logs of the culprit are read before its container goes. */
function condemn(situation: Situation, { desired, attempt, verdict }: Condemned): Decision {
  const condemned: Attempt = {
    ...attempt,
    stage: 'condemned',
    verdict: {
      reason: verdict.reason,
      service: verdict.view?.spec.name ?? null,
      container: verdict.view?.container?.id ?? null,
    },
  };
  const record: DeploymentRecord = { ...situation.record, attempt: condemned };
  return readLogs({ ...situation, record }, desired, condemned);
}

function readLogs(situation: Situation, desired: Desired, attempt: Attempt): Decision {
  const { service, container, reason } = attempt.verdict ?? {
    service: null,
    container: null,
    reason: { code: 'unproven', message: 'not proven' },
  };
  const isThere = situation.observed.containers.some((other) => other.id === container);
  if (service === null || container === null || !isThere) return giveUp(situation, desired, reason);
  return {
    record: situation.record,
    steps: [{ kind: 'read_last_logs', service, container }],
    wantedImages: [],
    wakeInMs: 0,
    services: viewServices(situation, desired.document),
  };
}

/** With a revision to go back to, the content is barred; without one there is nothing better than to go on trying. */
function giveUp(situation: Situation, desired: Desired, reason: Reason): Decision {
  const { proven, record } = situation;
  const calm: DeploymentRecord = { ...record, attempt: null, services: forgiveAll(record) };
  if (proven !== null && desired.document.update.on_failure === 'rollback') {
    return stayRolledBack({ ...situation, record: withBarred(calm, desired.hash, reason) }, proven, reason);
  }
  const attempt: Attempt = {
    ...(record.attempt ?? beginAttempt(situation, desired)),
    stage: 'unproven',
    verdict: { reason, service: null, container: null },
  };
  return {
    record: { ...record, attempt, phase: 'failed', reason },
    steps: [],
    wantedImages: [],
    wakeInMs: 0,
    services: viewServices(situation, desired.document),
  };
}

/** What the failed revision did is told in the reason, and not held against the one that runs again. */
function forgiveAll(record: DeploymentRecord): DeploymentRecord['services'] {
  const fresh = Object.entries(record.services).map(([name, { applied }]) => [
    name,
    { ...EMPTY_HISTORY, applied },
  ]);
  return Object.fromEntries(fresh);
}
