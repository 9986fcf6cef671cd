// Stage `pulling`: the old revision is kept running and repaired while the new one's images come.
import type { PresentDeployment } from '../../protocol/deployment.ts';
import type { Reason } from '../../protocol/status.ts';
import type { Attempt, DeploymentRecord } from './record.ts';
import { earliest, imagesToFetch, viewServices } from './services.ts';
import type { Decision, Gate, Revision, ServiceView, Situation } from './situation.ts';
import { keepRunning, troubleOf } from './steady.ts';
import { switchAndProve } from './switching.ts';

export function pull(situation: Situation, desired: Revision<PresentDeployment>, attempt: Attempt): Decision {
  const views = viewServices(situation, desired.document);
  const wanted = imagesToFetch(situation, views);
  const { gate } = situation;
  if (wanted.length === 0 && gate !== null) return waitAtGate(situation, { views, attempt, gate });
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

/** Everything is here; the old revision runs on until the switch may come. */
function waitAtGate(
  situation: Situation,
  { views, attempt, gate }: { views: readonly ServiceView[]; attempt: Attempt; gate: Gate },
): Decision {
  const upkeep = upkeepOfProven(situation, views);
  return {
    ...upkeep,
    record: { ...upkeep.record, attempt, phase: 'waiting', reason: gate.reason },
    wakeInMs: earliest(upkeep.wakeInMs, gate.lookAgainInMs),
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
