// What each kind of step is like, as one table: a kind that is added to `steps.ts` does not compile before it has its row.
import { formatPath } from '../../protocol/faults.ts';
import type { StepEventKind } from '../../protocol/reports/events.ts';
import { type Instance, type InstanceSpec, instanceOf, keyOf } from './instance.ts';
import { type NetworkSpec, sharedName, type VolumeSpec } from './resources.ts';
import type { Step, StepKind, StepOf } from './steps.ts';

/** An instance of a service by its key, a network or volume by its name, or a path in the deployment's folder. */
interface Concern {
  readonly of: 'services' | 'networks' | 'volumes' | 'folders';
  readonly name: string;
}

/**
 * Whose failure it is when a step fails. A service's is counted in its history. The deployment's is an obstacle: what
 * depends on the step waits.
 */
type Blame = InstanceSpec | 'deployment' | 'nobody';

interface StepNature<K extends StepKind> {
  readonly concerns: (step: StepOf<K>) => Concern;
  readonly blames: (step: StepOf<K>) => Blame;
  /** Whether an event tells that it was carried out, or failed. */
  readonly isTold: K extends StepEventKind ? true : false;
  /** For how long the engine may be silent before it does it; `null` where it answers at once. */
  readonly graceMs: (step: StepOf<K>) => number | null;
  /** Whether it is counted until what it concerns is well. Runs of a service that fails are counted as failures. */
  readonly repeats: 'counted' | 'counted_unless_failing' | 'not_counted';
  /** Whether nobody notices it: a switch of which no other step was taken can still wait. */
  readonly isPreparation: boolean;
}

const ORDINARY = {
  isTold: true,
  graceMs: () => null,
  repeats: 'counted',
  isPreparation: false,
} as const;

const STEPS: { readonly [K in StepKind]: StepNature<K> } = {
  create_network: { ...ORDINARY, concerns: askedIn('networks'), blames: deployment, isPreparation: true },
  create_volume: { ...ORDINARY, concerns: askedIn('volumes'), blames: deployment, isPreparation: true },
  create_container: { ...ORDINARY, concerns: ofSpec, blames: itsService, isPreparation: true },
  start_container: { ...ORDINARY, concerns: ofSpec, blames: itsService, repeats: 'counted_unless_failing' },
  unpause_container: { ...ORDINARY, concerns: ofService, blames: deployment },
  stop_container: {
    ...{ ...ORDINARY, concerns: ofService, blames: deployment },
    ...{ graceMs: itsGrace, repeats: 'counted_unless_failing' },
  },
  join_network: { ...ORDINARY, concerns: ofSpec, blames: itsService },
  restart_container: {
    ...{ ...ORDINARY, concerns: ofSpec, blames: itsService },
    ...{ graceMs: itsGrace, repeats: 'counted_unless_failing' },
  },
  update_container: { ...ORDINARY, concerns: ofSpec, blames: itsService },
  remove_container: { ...ORDINARY, concerns: ofService, blames: deployment, isPreparation: true },
  // It changes nothing.
  read_last_logs: {
    ...{ ...ORDINARY, concerns: ofService, blames: nobody, isPreparation: true },
    ...{ isTold: false, repeats: 'not_counted' },
  },
  remove_network: { ...ORDINARY, concerns: ofNetwork, blames: deployment },
  leave_network: { ...ORDINARY, concerns: ofNetwork, blames: deployment },
  remove_volume: {
    ...{ ...ORDINARY, blames: deployment },
    concerns: ({ volume }) => ({ of: 'volumes', name: sharedName(volume) ?? volume }),
  },
  remove_folder: {
    ...{ ...ORDINARY, blames: deployment },
    concerns: ({ folder }) => ({ of: 'folders', name: folder }),
  },
};

function ofSpec({ spec }: { readonly spec: InstanceSpec }): Concern {
  return { of: 'services', name: keyOf(spec.instance) };
}

function ofService(instance: Instance): Concern {
  return { of: 'services', name: keyOf(instance) };
}

/** By the name in the document. */
function askedIn(of: Concern['of']): (step: { readonly asked: NetworkSpec | VolumeSpec }) => Concern {
  return ({ asked }) => ({ of, name: asked.name });
}

/** What is removed is named by no document. */
function ofNetwork({ network }: { readonly network: string }): Concern {
  return { of: 'networks', name: sharedName(network) ?? network };
}

function itsService({ spec }: { readonly spec: InstanceSpec }): Blame {
  return spec;
}

function deployment(): Blame {
  return 'deployment';
}

function nobody(): Blame {
  return 'nobody';
}

function itsGrace({ graceMs }: { readonly graceMs: number }): number {
  return graceMs;
}

/** Whether an event tells that it was carried out, or failed. */
export function isTold(step: Step): step is StepOf<StepEventKind> {
  return STEPS[step.kind].isTold;
}

/** What a step is like whatever it says. */
export function natureOf({ kind }: Step): Pick<StepNature<StepKind>, 'repeats'> {
  return STEPS[kind];
}

export function isPreparation({ kind }: Step): boolean {
  return STEPS[kind].isPreparation;
}

/** What a reason says that a step concerns: `services.web`, `networks.default`. */
export function pathOf<K extends StepKind>(step: StepOf<K>): string {
  const { of, name } = concernOf(step);
  return of === 'folders' ? formatPath([of, name]) : `${of}.${name}`;
}

/** The service that a step concerns; `null` for networks, volumes and folders. */
export function serviceOf(step: Step): string | null {
  const key = instanceKeyOf(step);
  return key === null ? null : instanceOf(key).service;
}

/** The key of the service's instance that a step concerns; `null` for networks, volumes and folders. */
export function instanceKeyOf(step: Step): string | null {
  const { of, name } = concernOf(step);
  return of === 'services' ? name : null;
}

function concernOf<K extends StepKind>(step: StepOf<K>): Concern {
  return STEPS[step.kind].concerns(step);
}

/** A step that is not for a service's own container is no service's failure. */
export function blameOf<K extends StepKind>(step: StepOf<K>): Blame {
  return STEPS[step.kind].blames(step);
}

/** For how long the engine may be silent before it does it; `null` where it answers at once. */
export function graceOf<K extends StepKind>(step: StepOf<K>): number | null {
  return STEPS[step.kind].graceMs(step);
}
