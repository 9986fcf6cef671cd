// Steps: the smallest things done to the engine. Every one is safe to run twice. What each kind is like: `step-table.ts`.
// Tested in test/agent/reconcile/golden-plans.test.ts.
import type { ReasonCode } from '../../protocol/reports/reasons.ts';
import type { Instance, InstanceSpec } from './instance.ts';
import type { LastWords, OutputLine } from './last-words.ts';
import type { ObservedContainer } from './observed.ts';
import type { NetworkSpec, VolumeSpec } from './resources.ts';

/** What each kind of step says beside its kind. */
interface StepFields {
  create_network: { readonly network: string; readonly asked: NetworkSpec };
  create_volume: { readonly volume: string; readonly asked: VolumeSpec };
  create_container: {
    readonly spec: InstanceSpec;
    /** Stored before: whoever bears it is the one that this step made. */
    readonly name: string;
    /** By service, the containers whose namespaces it joins: the engine knows those by id alone. */
    readonly peers: Readonly<Record<string, string>>;
  };
  start_container: Carrier;
  unpause_container: ContainerRef;
  stop_container: ContainerRef & Ending;
  join_network: Carrier & { readonly network: string };
  restart_container: Carrier & Ending;
  update_container: Carrier;
  remove_container: ContainerRef & {
    /** Of an update that failed: what it wrote is kept. */
    readonly failed?: FailedRun;
  };
  read_last_logs: ContainerRef & {
    /** It runs and fails its probe: what the runs before this one wrote is not why. */
    readonly ofThisRun?: true;
    /** It hangs: where it is a Python, it is asked for the stacks of its threads. */
    readonly asksThreads?: true;
  };
  remove_network: { readonly network: string };
  /** Of a shared one, which goes with it if it is ours and nobody is in it any more. */
  leave_network: { readonly network: string };
  remove_volume: { readonly volume: string };
  /** A path in the deployment's folder. */
  remove_folder: { readonly folder: string };
}

/** What ends a run. */
interface Ending {
  /** How long the engine may take until the kill. It keeps the container's own grace, whatever is asked by now. */
  readonly graceMs: number;
}

/** A container of ours, which may carry no service any more. */
interface ContainerRef extends Instance {
  readonly container: string;
}

/** The container, and its last run. */
export interface FailedRun {
  readonly name: string;
  readonly revision: number;
  readonly startedAt: string;
  readonly exitCode: number | null;
}

/** The container that carries a service as it is asked. */
interface Carrier {
  readonly spec: InstanceSpec;
  readonly container: string;
}

export type StepKind = keyof StepFields;
export type StepOf<K extends StepKind> = { [Kind in K]: { readonly kind: Kind } & StepFields[Kind] }[K];
export type Step = StepOf<StepKind>;

/** A container of the engine's as steps name it. */
export function refTo({ service, index, id }: ObservedContainer): ContainerRef {
  return { service, index, container: id };
}

export function stopStep(container: ObservedContainer): StepOf<'stop_container'> {
  return { kind: 'stop_container', ...refTo(container), graceMs: container.stopGraceMs };
}

export type StepOutcome =
  | {
      readonly ok: true;
      readonly container?: string;
      /** What a container wrote last, as the engine gives it. */
      readonly output?: readonly OutputLine[];
      /** What it wrote when it was asked for its threads. */
      readonly threads?: readonly OutputLine[];
      /** What is kept of it. */
      readonly words?: LastWords;
    }
  | StepFailure;

export interface StepFailure {
  readonly ok: false;
  readonly code: ReasonCode;
  readonly message: string;
  readonly hint?: string;
}

export interface StepResult {
  readonly step: Step;
  readonly outcome: StepOutcome;
}
