// The services of one revision held against what runs: carriers, verdicts, dependencies, next steps.
// Tested in test/agent/reconcile/golden-plans.test.ts.
import type { DesiredPresent } from '../../model/desired-deployment.ts';
import type { Dependency } from '../../model/desired-service.ts';
import { isInLoop } from '../../model/failure-row.ts';
import { judgeHealth, notHealthy } from '../../model/health.ts';
import { historyOf } from '../../model/histories.ts';
import type { ObservedContainer } from '../../model/observed.ts';
import type { DeploymentRecord } from '../../model/record.ts';
import { networksUsed, type ServiceSpec } from '../../model/service-spec.ts';
import type { Revision, ServiceView, Situation } from '../../model/situation.ts';
import type { Step } from '../../model/steps.ts';
import { uniqueWants, type Want, wantKey } from '../../model/want.ts';
import { advanceService, missingNetwork } from './advance.ts';
import { isCompleted, noteCompletion, wasCompleted } from './completed.ts';
import { noteRun } from './failures.ts';
import { standingOf, wantOf } from './images.ts';
import { mustFollow, noteJoins } from './joins.ts';
import { eligibleFor } from './outdated.ts';
import { isPlaceTaken } from './places.ts';
import { findCarriers, isUp } from './select-container.ts';
import { noteShownSettings, settingsStep } from './settings.ts';
import { noteShared } from './shares.ts';

export type ServicePlight = 'good' | 'starting' | 'failing';

export function viewServices(
  situation: Situation,
  { hash, document }: Revision<DesiredPresent>,
): ServiceView[] {
  const healthyAfterMs = document.update.healthyAfterMs;
  const specs = document.services;
  const { containers, first } = eligibleFor({ hash, specs }, situation.record, situation.observed.containers);
  const carriers = findCarriers(containers, specs, first);
  return specs.map((spec) => {
    const container = carriers.get(spec.name) ?? null;
    const hosts = spec.hosts.flatMap((name) => carriers.get(name) ?? []);
    const verdict =
      container === null
        ? notHealthy('unknown')
        : judgeHealth(container, spec.service.probe, {
            facts: situation.health.get(container.id),
            healthyAfterMs,
            nowMs: situation.nowMs,
          });
    const needsContainer = container === null && !wasCompleted(spec, hash, situation.record);
    const awaitedImage = needsContainer ? wantKey(wantOf(spec)) : null;
    return { spec, container, needsContainer, hosts, verdict, awaitedImage };
  });
}

/** The record with all that happened to these services since the last look, and the networks that they share. */
export function noteRuns(
  situation: Situation,
  record: DeploymentRecord,
  views: readonly ServiceView[],
): DeploymentRecord {
  const shared = noteShared(record, networksUsed(views.map(({ spec }) => spec)));
  return views.reduce((noted, view) => {
    const shown = noteShownSettings(noted, view.spec, view.container);
    const run = noteRun(noteJoins(shown, view), view, situation);
    return noteCompletion(run, view);
  }, shared);
}

interface Advance {
  readonly record: DeploymentRecord;
  readonly views: readonly ServiceView[];
  /** Containers that are to stop. */
  readonly leaving: readonly ObservedContainer[];
}

/** One step at most for each service, nearer to all of them running as asked. */
export function advanceServices(situation: Situation, { record, views, leaving }: Advance): Step[] {
  return views.flatMap((view) => {
    const step = advanceService({
      ...view,
      deployment: situation.deployment,
      record,
      image: standingOf(situation, view.spec),
      areDependenciesReady: unmetDependencies(view.spec, views, record).length === 0,
      isPlaceTaken: isPlaceTaken(view.spec, leaving),
      nowMs: situation.nowMs,
      chance: situation.chance,
    });
    return step === null ? [] : [step];
  });
}

/** The services that it waits for, by name. */
export function unmetDependencies(
  spec: ServiceSpec,
  views: readonly ServiceView[],
  record: DeploymentRecord,
): string[] {
  const unmet = spec.service.dependsOn.filter(({ service, condition }) => {
    const view = views.find((other) => other.spec.name === service);
    return view !== undefined && !meets(condition, view, record);
  });
  return unmet.map(({ service }) => service);
}

function meets(condition: Dependency['condition'], view: ServiceView, record: DeploymentRecord): boolean {
  if (isCompleted(view, record)) return condition !== 'service_healthy';
  switch (condition) {
    case 'service_started':
      return view.container !== null && isUp(view.container);
    case 'service_healthy':
      return view.verdict.health === 'healthy';
    case 'service_completed_successfully':
      return false;
  }
}

/** How a service fares: `failing` until it is good again once it has failed. */
export function plightOf(view: ServiceView, record: DeploymentRecord): ServicePlight {
  if (isCompleted(view, record)) return 'good';
  const isHealthy = view.container?.state === 'running' && view.verdict.health === 'healthy';
  const history = historyOf(record, view.spec);
  if (isHealthy && isAsAsked(view, record) && !isInLoop(history)) return 'good';
  const hasFailed = history.failuresInRow > 0 && history.row?.isOver !== true;
  const isFailing = hasFailed || view.verdict.health === 'unhealthy';
  return isFailing ? 'failing' : 'starting';
}

/** Whether a running container has the limits, networks and namespaces that were asked for. */
export function isAsAsked(view: ServiceView, record: DeploymentRecord): boolean {
  const { spec, container } = view;
  if (container === null) return false;
  return (
    !mustFollow(record, view) &&
    missingNetwork(spec, container) === null &&
    settingsStep(spec, container, historyOf(record, spec)) === null
  );
}

/** Services without a container that cannot have one before their image comes. */
export function withoutImage(situation: Situation, views: readonly ServiceView[]): ServiceView[] {
  return views.filter(
    ({ spec, needsContainer }) => needsContainer && standingOf(situation, spec).kind !== 'present',
  );
}

/** Images that must be pulled before the services without a container can have one. */
export function imagesToFetch(situation: Situation, views: readonly ServiceView[]): Want[] {
  const pulled = withoutImage(situation, views).filter(({ spec }) => spec.service.pullPolicy !== 'never');
  return uniqueWants(pulled.map(({ spec }) => wantOf(spec)));
}

/** How long until the first held-back service may be tried again; `null` when none waits. */
export function nextRetryInMs(situation: Situation, record: DeploymentRecord): number | null {
  const waits = Object.values(record.services)
    .map((history) => history.retryAtMs)
    .filter((at) => at !== null)
    .map((at) => at - situation.nowMs)
    .filter((ms) => ms > 0);
  return waits.length === 0 ? null : Math.min(...waits);
}

export function earliest(...times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.max(0, Math.min(...known));
}
