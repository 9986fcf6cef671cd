// The next step for one service: from whatever its container is, one step nearer to running as asked.
// Tested in test/agent/reconcile/golden-plans.test.ts.

import type { ServiceView } from '../../model/decision.ts';
import type { Moment } from '../../model/facts.ts';
import { CRASH_LOOP_FAILURES } from '../../model/failure-row.ts';
import { isHeldBack } from '../../model/histories.ts';
import { afterExit } from '../../model/lifecycle.ts';
import type { ObservedContainer } from '../../model/observed.ts';
import type { DeploymentRecord } from '../../model/record.ts';
import { refTo, type Step, stopStep } from '../../model/steps.ts';
import { nameFor } from './identity.ts';
import { areJoinedThere } from './joins.ts';
import { askHanging } from './last-words.ts';
import { isUp, missingNetwork } from './select-container.ts';
import { settingsStep } from './settings.ts';

/** What else a service's next step depends on. */
export interface Around extends Moment {
  /** Whether something that must stop before this one starts still holds what both need: see `places.ts`. */
  readonly isPlaceTaken: boolean;
}

/** One step, or `null` when there is nothing to do or something to wait for. */
export function advanceService(view: ServiceView, record: DeploymentRecord, around: Around): Step | null {
  const { spec, container, history } = view;
  const mustWait = isHeldBack(history, around.nowMs);
  if (container === null)
    return mustWait || !view.needsContainer ? null : createStep(view, record, around.chance);
  if (container.state === 'dead') return { kind: 'remove_container', ...refTo(container) };
  const isAwaitedReady = view.waitsFor.length === 0 && areJoinedThere(view.joined);
  if (isUp(container)) return advanceRunning({ ...view, container }, { isAwaitedReady, mustWait });
  if (mustWait || around.isPlaceTaken || !isAwaitedReady) return null;
  if (!shouldRun({ ...view, container })) return null;
  // A power cut between its creation and the joining, or a network that was removed since: it cannot start so.
  if (missingNetwork(spec, container) !== null) return { kind: 'remove_container', ...refTo(container) };
  return settingsStep(spec, container, history) ?? { kind: 'start_container', spec, container: container.id };
}

/** Its image must be here, and the containers whose namespaces it joins: they need not run yet. */
function createStep(view: ServiceView, record: DeploymentRecord, chance: number): Step | null {
  const { deployment, spec, image, joined } = view;
  const areJoinedMade = joined.length === spec.joins.length;
  if (image.kind !== 'present' || !areJoinedMade) return null;
  const peers = Object.fromEntries(joined.map(({ service, id }) => [service, id]));
  return { kind: 'create_container', spec, name: nameFor(spec, { record, deployment, chance }), peers };
}

interface Carried extends ServiceView {
  readonly container: ObservedContainer;
}

function advanceRunning(
  view: Carried,
  { isAwaitedReady, mustWait }: { isAwaitedReady: boolean; mustWait: boolean },
): Step | null {
  const { spec, container, verdict, history } = view;
  if (container.state === 'paused') return { kind: 'unpause_container', ...refTo(container) };
  if (mustWait) {
    const isLooping = history.failuresInRow >= CRASH_LOOP_FAILURES && verdict.health !== 'healthy';
    return isLooping ? (askHanging(view) ?? stopStep(container)) : null;
  }
  if (container.state !== 'running') return null;
  const isStale = isAwaitedReady && view.mustFollow;
  const isUnhealthy = verdict.health === 'unhealthy' && areJoinedThere(view.joined);
  const restart = {
    kind: 'restart_container',
    spec,
    container: container.id,
    graceMs: container.stopGraceMs,
  } as const;
  if (isStale || isUnhealthy) return askHanging(view) ?? restart;
  const network = missingNetwork(spec, container);
  if (network !== null) return { kind: 'join_network', spec, container: container.id, network };
  return settingsStep(spec, container, history);
}

/** Whether a stopped container is to be started again. One that we parked is: its exit was our doing. */
function shouldRun({ spec, container, history, isParked, isCompleted }: Carried): boolean {
  if (container.state === 'created' || isParked) return true;
  const { failuresInRow, lastFailure } = history;
  // What no policy restarts has one chance, and another one when `retry` has forgiven its failure.
  const isForgiven = lastFailure !== null && failuresInRow === 0;
  if (isForgiven && !isCompleted) return true;
  return afterExit(spec.lifecycle, container.exitCode, container.engineRestarts) === 'restart';
}
