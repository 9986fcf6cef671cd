// The steady state: one revision is to run and stay running; whatever else is ours makes way for it.
// Tested in test/agent/reconcile/golden-plans.test.ts.
import type { Phase } from '../../../protocol/reports/status.ts';
import type { DesiredPresent } from '../../model/desired-deployment.ts';
import { moreMs } from '../../model/evidence.ts';
import { inLoopWords } from '../../model/failure-row.ts';
import { historyOf } from '../../model/histories.ts';
import type { ObservedContainer } from '../../model/observed.ts';
import type { Reason } from '../../model/reason.ts';
import type { DeploymentRecord } from '../../model/record.ts';
import { differences, sharedName } from '../../model/resources.ts';
import { networksUsed } from '../../model/service-spec.ts';
import type { Decision, Revision, ServiceView, Situation } from '../../model/situation.ts';
import { type Step, stopStep } from '../../model/steps.ts';
import { reasonOfImage, standingOf } from './images.ts';
import { askLastWords, withLastWords } from './last-words.ts';
import { missingResources } from './missing-resources.ts';
import { obstaclesIn, type Plan } from './obstacles.ts';
import { isUp } from './select-container.ts';
import {
  advanceServices,
  earliest,
  imagesToFetch,
  nextRetryInMs,
  noteRuns,
  plightOf,
  viewServices,
} from './services.ts';
import { leaveShared, noteShared } from './shares.ts';

export interface Steady extends Decision {
  /** The first service that does not do what was asked, or what it waits for, as a reason. */
  readonly trouble: Reason | null;
  /** Why what is left over does not go, or what is there otherwise than asked: no service is the worse for it. */
  readonly leftover: Reason | null;
  /** Whether every service is good right now, none merely starting. */
  readonly isAllGood: boolean;
}

interface Course {
  readonly document: DesiredPresent;
  readonly views: readonly ServiceView[];
  readonly record: DeploymentRecord;
  /** Containers that are up and are to stop. */
  readonly leaving: readonly ObservedContainer[];
  readonly cleanup: readonly Step[];
}

/**
 * Keeps one revision running. `keeps` says which other containers stay as they are, such as those of the
 * revision that an update is about to start; all others of ours are stopped, then removed.
 */
export function keepRunning(
  situation: Situation,
  revision: Revision<DesiredPresent>,
  keeps: (container: ObservedContainer) => boolean = () => false,
): Steady {
  const { document } = revision;
  const views = viewServices(situation, revision);
  const surplus = surplusOf(situation, views).filter((container) => !keeps(container));
  const noted = noteShared(
    noteRuns(situation, situation.record, views),
    surplus.flatMap(({ networks }) => networks),
  );
  const cleanup = [
    ...clearAway(surplus.filter((container) => !isUp(container))),
    ...unusedNetworks(situation, views, noted),
  ];
  const leaving = surplus.filter(isUp);
  const plan = planSteps(situation, { document, views, record: noted, leaving, cleanup });
  const { obstacle, leftover } = obstaclesIn(plan, noted);
  const record: DeploymentRecord = { ...noted, blocked: obstacle ?? leftover };
  const [difference = null] = differencesIn(situation, document, views);
  const steps = [...plan.needed, ...plan.cleanup];
  const troubled = views.find((view) => troubleOf(situation, view, record) !== null);
  const asked = troubled === undefined ? { record, steps: [] } : askLastWords(record, troubled);
  return {
    record: parkStopped(asked.record, steps),
    steps: [...steps, ...asked.steps],
    wants: imagesToFetch(situation, views),
    wakeInMs: earliest(nextRetryInMs(situation, record), nextHealthInMs(situation, views, document)),
    services: views,
    trouble: obstacle ?? (troubled === undefined ? null : steadyTroubleOf(situation, troubled, record)),
    leftover: leftover ?? difference,
    isAllGood: views.every((view) => plightOf(view, record) === 'good'),
  };
}

/** Networks and volumes come first and alone; then each service goes one step on, and what leaves makes way for it. */
export function planSteps(situation: Situation, { document, views, record, leaving, cleanup }: Course): Plan {
  const networks = networksIn(views);
  const missing = missingResources(document, networks, situation.observed);
  if (missing.length > 0) return { needed: missing, cleanup: [] };
  const advanced = advanceServices(situation, { record, views, leaving });
  return { needed: [...advanced, ...makeWay(leaving, views)], cleanup };
}

export function differencesIn(
  { observed }: Situation,
  document: DesiredPresent,
  views: readonly ServiceView[],
): Reason[] {
  return differences(document, networksIn(views), observed);
}

function networksIn(views: readonly ServiceView[]): string[] {
  return networksUsed(views.map(({ spec }) => spec));
}

/** Networks that nothing uses any more go once no container can still be in them. */
function unusedNetworks(
  situation: Situation,
  views: readonly ServiceView[],
  record: DeploymentRecord,
): Step[] {
  if (surplusOf(situation, views).length > 0) return [];
  const used = networksIn(views);
  const own = ownNetworks(situation).filter((network) => !used.includes(network));
  return [...own.map(removalOf), ...leaveShared(record, used)];
}

export function ownNetworks({ observed }: Situation): string[] {
  return [...observed.networks.keys()].filter((network) => sharedName(network) === null);
}

export function removalOf(network: string): Step {
  return { kind: 'remove_network', network };
}

/** Containers of the deployment that carry none of these services. */
export function surplusOf(situation: Situation, views: readonly ServiceView[]): ObservedContainer[] {
  const carriers = new Set(views.map((view) => view.container?.id));
  return situation.observed.containers.filter(
    (container) => !carriers.has(container.id) && container.state !== 'removing',
  );
}

/** A container is stopped once its successor stands ready to start; one with no successor at once. */
function makeWay(inTheWay: readonly ObservedContainer[], views: readonly ServiceView[]): Step[] {
  const ready = inTheWay.filter((container) => {
    const successor = views.find((view) => view.spec.name === container.service);
    return successor === undefined || !successor.needsContainer;
  });
  return clearAway(ready);
}

/** Stops what runs, removes what does not: a container is never removed while it runs. */
export function clearAway(containers: readonly ObservedContainer[]): Step[] {
  return containers.map((container) => {
    if (isUp(container)) return stopStep(container);
    return { kind: 'remove_container', service: container.service, container: container.id };
  });
}

/** Remembers, before it is done, which containers the agent stops itself. */
export function parkStopped(record: DeploymentRecord, steps: readonly Step[]): DeploymentRecord {
  const stopped = steps.filter((step) => step.kind === 'stop_container').map((step) => step.container);
  const fresh = stopped.filter((id) => !record.parked.includes(id));
  return fresh.length === 0 ? record : { ...record, parked: [...record.parked, ...fresh] };
}

/** A service with no probe becomes healthy by time alone, which wakes nobody. */
function nextHealthInMs(
  situation: Situation,
  views: readonly ServiceView[],
  document: DesiredPresent,
): number | null {
  const healthyAfterMs = document.update.healthyAfterMs;
  const waits = views
    .filter(({ verdict }) => verdict.health === 'starting')
    .flatMap(({ verdict }) => verdict.evidence ?? [])
    .map((evidence) => moreMs(evidence, healthyAfterMs, situation.nowMs));
  return earliest(...waits);
}

/** As `troubleOf`, with how often it has failed, and its last words. */
function steadyTroubleOf(situation: Situation, view: ServiceView, record: DeploymentRecord): Reason | null {
  const trouble = troubleOf(situation, view, record);
  const history = historyOf(record, view.spec);
  if (trouble === null || trouble.code !== history.lastFailure?.code) return trouble;
  const message = inLoopWords(trouble.message, history);
  return withLastWords({ ...trouble, message }, record, view.spec);
}

/** Why a service does not do what was asked, as far as it is known; `null` while it merely starts. */
export function troubleOf(situation: Situation, view: ServiceView, record: DeploymentRecord): Reason | null {
  const path = `services.${view.spec.name}`;
  const image = standingOf(situation, view.spec);
  if (view.needsContainer && image.kind === 'failed') return reasonOfImage(situation, view.spec, image);
  if (plightOf(view, record) !== 'failing') return null;
  return (
    lastFailureOf(view, record) ?? { code: 'unhealthy', message: 'unhealthy', ...view.verdict.why, path }
  );
}

/** `null` where it has not failed. */
export function lastFailureOf({ spec }: ServiceView, record: DeploymentRecord): Reason | null {
  const failure = historyOf(record, spec).lastFailure;
  if (failure === null) return null;
  const { code, message, hint } = failure;
  return { code, path: `services.${spec.name}`, message, ...(hint === undefined ? {} : { hint }) };
}

/**
 * The phase of a revision that has proven itself. A start of the agent alone makes nothing degraded, nor does what is
 * left over of others.
 */
export function steadyPhase(steady: Steady, before: Phase): { phase: Phase; reason: Reason | null } {
  if (steady.trouble !== null) return { phase: 'degraded', reason: steady.trouble };
  if (steady.isAllGood || before === 'converged') return { phase: 'converged', reason: steady.leftover };
  return { phase: 'degraded', reason: { code: 'starting', message: 'a service is starting again' } };
}
