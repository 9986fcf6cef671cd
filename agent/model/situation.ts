// What a decision is made from, and what it is.
import type { Status } from '../../protocol/reports/status.ts';
import type { DesiredDeployment, DesiredPresent } from './desired-deployment.ts';
import type { HealthFacts, Verdict } from './health.ts';
import type { ImageStanding, Observed, ObservedContainer } from './observed.ts';
import type { Reason } from './reason.ts';
import type { DeploymentRecord } from './record.ts';
import type { ServiceSpec } from './service-spec.ts';
import type { Step } from './steps.ts';
import type { Want } from './want.ts';

/** A document with what names it. */
export interface Revision<D extends DesiredDeployment = DesiredDeployment> {
  readonly revision: number;
  readonly hash: string;
  /** Names what the document asks, whatever its revision: what a failed proof bars. */
  readonly content: string;
  readonly document: D;
}

export interface Situation {
  readonly deployment: string;
  readonly desired: Revision;
  /** Whether this device takes part in the desired document's roll-out. */
  readonly takesPart: boolean;
  /** The document of `record.proven`. */
  readonly proven: Revision<DesiredPresent> | null;
  readonly record: DeploymentRecord;
  readonly observed: Observed;
  /** By `wantKey`, every image that a service without its container asks for, or that is to be pulled anew. */
  readonly images: ReadonlyMap<string, ImageStanding>;
  /** By container id. */
  readonly health: ReadonlyMap<string, HealthFacts>;
  /** What keeps a switch waiting now; `null` when nothing does. */
  readonly gate: Gate | null;
  readonly nowMs: number;
  readonly wallTime: string;
  /** One number in [0, 1) for this decision's jitter. */
  readonly chance: number;
}

/** Why a switch has to wait, and when to look again. */
export interface Gate {
  readonly waitsFor: 'hold' | 'clock' | 'window';
  readonly reason: Reason;
  readonly lookAgainInMs: number;
}

export interface Decision {
  /** History as it must be stored before any step is taken. */
  readonly record: DeploymentRecord;
  /** Independent of each other: they may be carried out side by side. */
  readonly steps: readonly Step[];
  /** What must be here; pulls of anything else may be given up. */
  readonly wants: readonly Want[];
  /** When to look again though nothing happened; `null` when only a change can matter. */
  readonly wakeInMs: number | null;
  /** Of an update: when its time is up. A wait for a step that failed must not outlast it. */
  readonly deadlineInMs?: number;
  /** Services as they are now, for the status. */
  readonly services: readonly ServiceView[];
}

/** One service of the revision that is shown: what was asked, what runs for it, how it is. */
export interface ServiceView {
  readonly spec: ServiceSpec;
  readonly container: ObservedContainer | null;
  /** Whether there is none and one has to be made: not where it has done its work, and the container is gone since. */
  readonly needsContainer: boolean;
  /** The containers that there are of the services whose namespaces it joins. */
  readonly hosts: readonly ObservedContainer[];
  readonly verdict: Verdict;
  /** The `wantKey` of what is fetched for it now, which may be a later revision's; `null` when none is. */
  readonly awaitedImage: string | null;
}

export type StatusBody = Omit<
  Status,
  'schema' | 'seq' | 'at' | 'since' | 'refused' | 'source' | 'deployment'
>;
