// Stage `pulling`: the old revision is kept running and repaired while the new one's images come.
// Tested in test/agent/reconcile/golden-plans.test.ts.
import type { DesiredPresent } from '../../model/desired-deployment.ts';
import type { Reason } from '../../model/reason.ts';
import type { Attempt, DeploymentRecord } from '../../model/record.ts';
import type { Decision, Gate, Revision, ServiceView, Situation } from '../../model/situation.ts';
import { uniqueWants, type Want, wantKey } from '../../model/want.ts';
import { freshWantOf, reasonOfImage, standingOf } from '../running/images.ts';
import { markOutdated } from '../running/outdated.ts';
import { isUp } from '../running/select-container.ts';
import { earliest, imagesToFetch, viewServices, withoutImage } from '../running/services.ts';
import { keepRunning } from '../running/steady.ts';
import { noteClockWait, withoutClockWait } from './clock-wait.ts';
import { switchAndProve } from './switching.ts';

export function pull(situation: Situation, desired: Revision<DesiredPresent>, before: Attempt): Decision {
  const attempt = noteRefreshed(situation, desired, before);
  const views = viewServices(situation, desired).map((view) => awaitFresh(view, attempt));
  const fresh = freshWants(views, attempt);
  const isComplete = fresh.length === 0 && withoutImage(situation, views).length === 0;
  const { gate } = situation;
  if (isComplete && gate === null) return beginSwitch(situation, desired, attempt);
  const upkeep = upkeepOfProven(situation, desired, views);
  if (isComplete && gate !== null) return waitAtGate(situation, upkeep, { views, attempt, gate });
  const wanted = uniqueWants([...fresh, ...imagesToFetch(situation, views)]);
  const trouble =
    views.map((view) => troubleOfImage(situation, view)).find((reason) => reason !== null) ?? null;
  const record: DeploymentRecord = { ...upkeep.record, attempt, ...pullPhase(situation, trouble) };
  return {
    ...upkeep,
    record,
    wants: [...wanted, ...upkeep.wants],
    services: views.map((view) => whatRunsFor(view, upkeep.services)),
  };
}

/** From here on it is settled which containers carry the revision. */
function beginSwitch(situation: Situation, desired: Revision<DesiredPresent>, attempt: Attempt): Decision {
  const specs = desired.document.services;
  const { containers } = situation.observed;
  const record = withoutClockWait(
    markOutdated({ ...situation.record, attempt }, { attempt, specs, containers }),
  );
  return switchAndProve({ ...situation, record }, desired, {
    ...attempt,
    stage: 'switching',
    pulledAtMs: situation.nowMs,
    clockFromMs: null,
  });
}

/** The attempt with all that has been pulled for it by now. */
function noteRefreshed(
  { images }: Situation,
  { hash, document }: Revision<DesiredPresent>,
  attempt: Attempt,
): Attempt {
  const come = document.services.flatMap((spec) => {
    const fresh = freshWantOf(spec, hash, attempt);
    const standing = fresh === null ? undefined : images.get(wantKey(fresh));
    return standing?.kind === 'present' ? [[spec.name, standing.imageId] as const] : [];
  });
  if (come.length === 0) return attempt;
  return { ...attempt, refreshed: { ...attempt.refreshed, ...Object.fromEntries(come) } };
}

function freshWants(views: readonly ServiceView[], attempt: Attempt): Want[] {
  const fresh = views.map(({ spec }) => freshWantOf(spec, attempt.hash, attempt));
  return fresh.filter((want) => want !== null);
}

function awaitFresh(view: ServiceView, attempt: Attempt): ServiceView {
  const fresh = freshWantOf(view.spec, attempt.hash, attempt);
  return fresh === null ? view : { ...view, awaitedImage: wantKey(fresh) };
}

/** Everything is here; the old revision runs on until the switch may come. */
function waitAtGate(
  situation: Situation,
  upkeep: Decision,
  { views, attempt, gate }: { views: readonly ServiceView[]; attempt: Attempt; gate: Gate },
): Decision {
  const record = gate.waitsFor === 'clock' ? noteClockWait(upkeep.record, situation.nowMs) : upkeep.record;
  return {
    ...upkeep,
    record: { ...record, attempt, phase: 'waiting', reason: gate.reason },
    wakeInMs: earliest(upkeep.wakeInMs, gate.lookAgainInMs),
    services: views.map((view) => whatRunsFor(view, upkeep.services)),
  };
}

/** Until the switch a service is shown as it runs, with the progress of what is fetched for it. */
function whatRunsFor(view: ServiceView, running: readonly ServiceView[]): ServiceView {
  if (view.container !== null && isUp(view.container)) return view;
  const present = running.find((other) => other.spec.name === view.spec.name);
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
  const awaited = view.awaitedImage === null ? undefined : situation.images.get(view.awaitedImage);
  const image =
    awaited?.kind === 'failed' || !view.needsContainer ? awaited : standingOf(situation, view.spec);
  return image?.kind === 'failed'
    ? { reason: reasonOfImage(situation, view.spec, image), isTransient: image.isTransient }
    : null;
}

/**
 * The proven revision runs, and what is there of the desired one is kept for the switch. Some of it may be up: of an
 * update that is asked for anew in its proof, or whose record was lost with a damaged database. It is not proven, so it
 * gives its place back.
 */
function upkeepOfProven(
  situation: Situation,
  { document }: Revision<DesiredPresent>,
  desiredViews: readonly ServiceView[],
): Decision {
  if (situation.proven === null) {
    return { record: situation.record, steps: [], wants: [], wakeInMs: null, services: [] };
  }
  const ofDesired = new Set(desiredViews.map((view) => view.container?.id));
  const hasPlaceForBoth = document.update.strategy === 'start-first';
  return keepRunning(
    situation,
    situation.proven,
    (container) => ofDesired.has(container.id) && (hasPlaceForBoth || !isUp(container)),
  );
}
