// The next steps for one revision: what its services need comes nearer, and what is left over goes.
// Tested in test/agent/reconcile/golden-plans.test.ts.
import type { ServiceView } from '../../model/decision.ts';
import type { Moment } from '../../model/facts.ts';
import { keyOf } from '../../model/instance.ts';
import type { ObservedContainer } from '../../model/observed.ts';
import type { DeploymentRecord } from '../../model/record.ts';
import { refTo, type Step, stopStep } from '../../model/steps.ts';
import { advanceService } from './advance.ts';
import { isPlaceTaken } from './places.ts';
import { isUp } from './select-container.ts';
import type { RevisionView } from './views.ts';

/** The steps of one decision, by what depends on them. */
export interface Plan {
  /** Services wait for them. */
  readonly needed: readonly Step[];
  /** Of what is left over: all services may well run while they fail. */
  readonly cleanup: readonly Step[];
}

interface Course {
  /** Containers that are up and are to stop. */
  readonly leaving: readonly ObservedContainer[];
  readonly cleanup: readonly Step[];
  readonly moment: Moment;
}

/** Networks and volumes come first and alone; then each service goes one step on, and what leaves makes way for it. */
export function planSteps(
  { services, missing }: RevisionView,
  record: DeploymentRecord,
  { leaving, cleanup, moment }: Course,
): Plan {
  if (missing.length > 0) return { needed: missing, cleanup: [] };
  const advanced = services.flatMap((view) => {
    const step = advanceService(view, record, {
      ...moment,
      isPlaceTaken: isPlaceTaken(view.spec, leaving),
    });
    return step === null ? [] : [step];
  });
  return { needed: [...advanced, ...makeWay(leaving, services)], cleanup };
}

/** A container is stopped once its successor stands ready to start; one with no successor at once. */
function makeWay(inTheWay: readonly ObservedContainer[], services: readonly ServiceView[]): Step[] {
  const ready = inTheWay.filter((container) => {
    const key = keyOf(container);
    const successor = services.find(({ spec }) => keyOf(spec.instance) === key);
    return successor === undefined || !successor.needsContainer;
  });
  return clearAway(ready);
}

/** Stops what runs, removes what does not: a container is never removed while it runs. */
export function clearAway(containers: readonly ObservedContainer[]): Step[] {
  return containers.map((container) => {
    if (isUp(container)) return stopStep(container);
    return { kind: 'remove_container', ...refTo(container) };
  });
}

export function removeNetwork(network: string): Step {
  return { kind: 'remove_network', network };
}

/** Remembers, before it is done, which containers the agent stops itself. */
export function parkStopped<R extends DeploymentRecord>(record: R, steps: readonly Step[]): R {
  const stopped = steps.filter((step) => step.kind === 'stop_container').map((step) => step.container);
  const fresh = stopped.filter((id) => !record.parked.includes(id));
  return fresh.length === 0 ? record : { ...record, parked: [...record.parked, ...fresh] };
}
