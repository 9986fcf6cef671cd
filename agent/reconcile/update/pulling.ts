// Stage `pulling`: the old revision is kept running and repaired while the new one's images come.
// Tested in test/agent/reconcile/golden-plans.test.ts.

import type { Decision, ServiceFacts } from '../../model/decision.ts';
import type { Facts, Gate } from '../../model/facts.ts';
import { instancesOf, keyOf } from '../../model/instance.ts';
import type { ObservedContainer } from '../../model/observed.ts';
import type { Reason } from '../../model/reason.ts';
import type { Attempt, DeploymentRecord } from '../../model/record.ts';
import { uniqueWants, type Want, wantKey } from '../../model/want.ts';
import { freshWantOf, imagesToFetch, reasonOfImage, withoutImage } from '../running/images.ts';
import { judgeServices } from '../running/judge.ts';
import { lookAtServices } from '../running/look.ts';
import { markOutdated } from '../running/outdated.ts';
import { isUp } from '../running/select-container.ts';
import { keepRunning } from '../running/steady.ts';
import { earliest } from '../running/wake.ts';
import type { Desired, Updating } from './attempt.ts';
import { noteClockWait, withoutClockWait } from './clock-wait.ts';
import { lasts, over, type Progress } from './progress.ts';

/** The desired revision, with its services as they are now and what is fetched for each. */
interface Fetched {
  readonly desired: Desired;
  readonly views: readonly ServiceFacts[];
}

/** Over once all is here and no gate holds: the switch begins. */
export function pull(facts: Facts, record: Updating, desired: Desired): Progress<Updating> {
  const seen = lookAtServices(facts, record, desired);
  const pulled = noteRefreshed(facts, record, desired);
  return pullOn(facts, pulled, {
    desired,
    views: seen.map((view) => awaitFresh(facts, view, pulled.attempt)),
  });
}

function pullOn(facts: Facts, record: Updating, { desired, views }: Fetched): Progress<Updating> {
  const { gate, proven, nowMs } = facts;
  const fresh = freshWants(views, record.attempt);
  const isComplete = fresh.length === 0 && withoutImage(views).length === 0;
  if (isComplete && gate === null) return over(beginSwitch(facts, record, desired));
  const upkeep = keepProven(facts, record, { desired, views });
  if (isComplete && gate !== null) return lasts(waitAtGate(upkeep, gate, nowMs));
  const wanted = uniqueWants([...fresh, ...imagesToFetch(views)]);
  const trouble = views.map(troubleOfImage).find((reason) => reason !== null) ?? null;
  return lasts({
    ...upkeep,
    record: { ...upkeep.record, ...pullPhase(trouble, proven !== null) },
    wants: [...wanted, ...upkeep.wants],
  });
}

/** From here on it is settled which containers carry the revision. */
function beginSwitch(facts: Facts, record: Updating, desired: Desired): Updating {
  const { attempt } = record;
  const specs = instancesOf(desired.document.services);
  const marked = markOutdated(record, { attempt, specs, containers: facts.observed.containers });
  const begun: Attempt = { ...attempt, stage: 'switching', pulledAtMs: facts.nowMs, clockFromMs: null };
  return { ...withoutClockWait(marked), attempt: begun };
}

/** The record with all that has been pulled for its attempt by now. */
function noteRefreshed({ images }: Facts, record: Updating, { hash, document }: Desired): Updating {
  const { attempt } = record;
  const come = document.services.flatMap((spec) => {
    const fresh = freshWantOf(spec, hash, attempt);
    const standing = fresh === null ? undefined : images.get(wantKey(fresh));
    return standing?.kind === 'present' ? [[spec.name, standing.imageId] as const] : [];
  });
  if (come.length === 0) return record;
  const refreshed = { ...attempt.refreshed, ...Object.fromEntries(come) };
  return { ...record, attempt: { ...attempt, refreshed } };
}

function freshWants(views: readonly ServiceFacts[], attempt: Attempt): Want[] {
  const fresh = views.map(({ spec }) => freshWantOf(spec, attempt.hash, attempt));
  return fresh.filter((want) => want !== null);
}

function awaitFresh({ images }: Facts, view: ServiceFacts, attempt: Attempt): ServiceFacts {
  const fresh = freshWantOf(view.spec, attempt.hash, attempt);
  return fresh === null ? view : { ...view, awaited: images.get(wantKey(fresh)) ?? { kind: 'missing' } };
}

/** Everything is here; the old revision runs on until the switch may come. */
function waitAtGate(upkeep: Decision, gate: Gate, nowMs: number): Decision {
  const record = gate.waitsFor === 'clock' ? noteClockWait(upkeep.record, nowMs) : upkeep.record;
  return {
    ...upkeep,
    record: { ...record, phase: 'waiting', reason: gate.reason },
    wakeInMs: earliest(upkeep.wakeInMs, gate.lookAgainInMs),
  };
}

/** An image that cannot be had is told at once; one that cannot be had for now is waited for. */
function pullPhase(
  trouble: { reason: Reason; isTransient: boolean } | null,
  hasProven: boolean,
): Pick<DeploymentRecord, 'phase' | 'reason'> {
  if (trouble === null) return { phase: 'pulling', reason: null };
  if (trouble.isTransient) return { phase: 'pulling', reason: trouble.reason };
  return { phase: hasProven ? 'rolled_back' : 'failed', reason: trouble.reason };
}

function troubleOfImage(view: ServiceFacts): { reason: Reason; isTransient: boolean } | null {
  const { awaited } = view;
  const image = awaited?.kind === 'failed' || !view.needsContainer ? awaited : view.image;
  return image?.kind === 'failed'
    ? { reason: reasonOfImage(view, image), isTransient: image.isTransient }
    : null;
}

/**
 * The proven revision runs, and what is there of the desired one is kept for the switch. Some of it may be up: of an
 * update that is asked for anew in its proof, or whose record was lost with a damaged database. It is not proven, so it
 * gives its place back.
 */
function keepProven(facts: Facts, record: Updating, { desired, views }: Fetched): Decision {
  const { proven } = facts;
  if (proven === null)
    return { record, steps: [], wants: [], wakeInMs: null, services: judgeServices(record, views) };
  const ofDesired = new Set(views.map((view) => view.container?.id));
  const hasPlaceForBoth = desired.document.update.strategy === 'start-first';
  const keeps = (container: ObservedContainer): boolean =>
    ofDesired.has(container.id) && (hasPlaceForBoth || !isUp(container));
  const upkeep = keepRunning(facts, record, { revision: proven, keeps });
  const shown = views.map((view) => whatRunsFor(view, upkeep.services));
  return { ...upkeep, services: judgeServices(upkeep.record, shown) };
}

/** Until the switch a service is shown as it runs, with the progress of what is fetched for it. */
function whatRunsFor(view: ServiceFacts, running: readonly ServiceFacts[]): ServiceFacts {
  if (view.container !== null && isUp(view.container)) return view;
  const key = keyOf(view.spec.instance);
  const present = running.find(({ spec }) => keyOf(spec.instance) === key);
  return present === undefined ? view : { ...present, awaited: view.awaited };
}
