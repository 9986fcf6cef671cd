// What a decision is.
import type { Status } from '../../protocol/reports/status.ts';
import type { Verdict } from './health.ts';
import type { InstanceSpec } from './instance.ts';
import type { WatchedMemory } from './memory-growth.ts';
import type { ImageStanding, ObservedContainer } from './observed.ts';
import type { DeploymentRecord, ServiceHistory } from './record.ts';
import type { Step } from './steps.ts';
import type { Want } from './want.ts';

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

/** What a look shows of one instance of a service: what was asked, what runs for it, how that is. */
export interface ServiceFacts {
  readonly deployment: string;
  readonly spec: InstanceSpec;
  readonly container: ObservedContainer | null;
  /** Whether there is none and one has to be made: not where it has done its work, and the container is gone since. */
  readonly needsContainer: boolean;
  /** The containers that there are of the services whose namespaces it joins. */
  readonly joined: readonly ObservedContainer[];
  readonly verdict: Verdict;
  /** What its probe met last; `null` where that was well, or there is none. */
  readonly probeError: string | null;
  /** What it used before the kernel ended it for its memory; `null` where it did not, or that is not known. */
  readonly memory: WatchedMemory | null;
  /** Where the image stands that its container is made from. */
  readonly image: ImageStanding;
  /** Where the image stands that is fetched for it now, which may be a later revision's; `null` when none is. */
  readonly awaited: ImageStanding | null;
}

/** How a service fares: `failing` until it is good again once it has failed. */
export type ServicePlight = 'good' | 'starting' | 'failing';

/** One instance of a service, by the look and by what the record keeps of it. */
export interface ServiceView extends ServiceFacts {
  readonly history: ServiceHistory;
  /** Whether the agent itself stopped its container and keeps it. */
  readonly isParked: boolean;
  /** Whether it was to run once and has done so. */
  readonly isCompleted: boolean;
  /** Whether a namespace that it lives in has ended, and the next one is there to be joined. */
  readonly mustFollow: boolean;
  /** Whether it has a container with the limits, networks and namespaces that were asked for. */
  readonly isAsAsked: boolean;
  readonly plight: ServicePlight;
  /** The services that it waits for, by name. */
  readonly waitsFor: readonly string[];
}

export type StatusBody = Omit<
  Status,
  'schema' | 'seq' | 'at' | 'since' | 'refused' | 'source' | 'deployment'
>;
