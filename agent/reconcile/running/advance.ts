// The next step for one service: from whatever its container is, one step nearer to running as asked.
// Tested in test/agent/reconcile/golden-plans.test.ts.

import { CRASH_LOOP_FAILURES } from '../../model/failure-row.ts';
import { historyOf, isHeldBack } from '../../model/histories.ts';
import { afterExit } from '../../model/lifecycle.ts';
import type { ImageStanding, ObservedContainer } from '../../model/observed.ts';
import type { DeploymentRecord, ServiceHistory } from '../../model/record.ts';
import type { ServiceSpec } from '../../model/service-spec.ts';
import type { ServiceView } from '../../model/situation.ts';
import { type Step, stopStep } from '../../model/steps.ts';
import { isCompleted } from './completed.ts';
import { nameFor } from './identity.ts';
import { areHostsThere, mustFollow } from './joins.ts';
import { isUp } from './select-container.ts';
import { settingsStep } from './settings.ts';

export interface ServiceContext extends ServiceView {
  readonly deployment: string;
  readonly record: DeploymentRecord;
  readonly image: ImageStanding | undefined;
  readonly areDependenciesReady: boolean;
  /** Whether something that must stop before this one starts still holds what both need: see `places.ts`. */
  readonly isPlaceTaken: boolean;
  readonly nowMs: number;
  readonly chance: number;
}

/** One step, or `null` when there is nothing to do or something to wait for. */
export function advanceService(context: ServiceContext): Step | null {
  const { spec, container, record, nowMs } = context;
  const history = historyOf(record, spec);
  const mustWait = isHeldBack(history, nowMs);
  if (container === null) return mustWait || !context.needsContainer ? null : createStep(context);
  const ref = { service: spec.name, container: container.id };
  if (container.state === 'dead') return { kind: 'remove_container', ...ref };
  if (isUp(container)) return advanceRunning(context, container, history, mustWait);
  if (mustWait || context.isPlaceTaken || !isAwaitedReady(context)) return null;
  if (!shouldRun(context, container)) return null;
  // A power cut between its creation and the joining, or a network that was removed since: it cannot start so.
  if (missingNetwork(spec, container) !== null) return { kind: 'remove_container', ...ref };
  return settingsStep(spec, container, history) ?? { kind: 'start_container', spec, container: container.id };
}

function isAwaitedReady({ areDependenciesReady, hosts }: ServiceContext): boolean {
  return areDependenciesReady && areHostsThere(hosts);
}

/** Its image must be here, and the containers whose namespaces it joins: they need not run yet. */
function createStep(context: ServiceContext): Step | null {
  const { spec, image, hosts } = context;
  const areHostsMade = hosts.length === spec.hosts.length;
  if (image?.kind !== 'present' || !areHostsMade) return null;
  const peers = Object.fromEntries(hosts.map(({ service, id }) => [service, id]));
  return { kind: 'create_container', spec, name: nameFor(spec, context), peers };
}

/** A network that a container should be in and is not; `null` when it is in all. */
export function missingNetwork(spec: ServiceSpec, container: ObservedContainer): string | null {
  return Object.keys(spec.networks).find((network) => !container.networks.includes(network)) ?? null;
}

function advanceRunning(
  context: ServiceContext,
  container: ObservedContainer,
  history: ServiceHistory,
  mustWait: boolean,
): Step | null {
  const { spec, verdict, record } = context;
  const ref = { service: spec.name, container: container.id };
  if (container.state === 'paused') return { kind: 'unpause_container', ...ref };
  if (mustWait) {
    const isLooping = history.failuresInRow >= CRASH_LOOP_FAILURES && verdict.health !== 'healthy';
    return isLooping ? stopStep(container) : null;
  }
  if (container.state !== 'running') return null;
  const isStale = isAwaitedReady(context) && mustFollow(record, context);
  const isUnhealthy = verdict.health === 'unhealthy' && areHostsThere(context.hosts);
  if (isStale || isUnhealthy)
    return { kind: 'restart_container', spec, container: container.id, graceMs: container.stopGraceMs };
  const network = missingNetwork(spec, container);
  if (network !== null) return { kind: 'join_network', spec, container: container.id, network };
  return settingsStep(spec, container, history);
}

/** Whether a stopped container is to be started again. One that we parked is: its exit was our doing. */
function shouldRun(context: ServiceContext, container: ObservedContainer): boolean {
  const { spec, record } = context;
  if (container.state === 'created' || record.parked.includes(container.id)) return true;
  const { failuresInRow, lastFailure } = historyOf(record, spec);
  // What no policy restarts has one chance, and another one when `retry` has forgiven its failure.
  const isForgiven = lastFailure !== null && failuresInRow === 0;
  if (isForgiven && !isCompleted(context, record)) return true;
  return afterExit(spec.lifecycle, container.exitCode, container.engineRestarts) === 'restart';
}
