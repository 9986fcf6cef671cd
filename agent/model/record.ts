// History: what the device remembers of one deployment between cycles and across power cuts. The store
// keeps it as JSON. Fields in `…Ms` are monotonic times of the present process; `resumeRecord` rebases them.
// Tested in test/agent/model/record-codec/record-codec.test.ts.
import type { ReasonCode } from '../../protocol/reports/reasons.ts';
import type { PauseStatus, Phase } from '../../protocol/reports/status.ts';
import type { LastWords, TracebackCount } from './last-words.ts';
import type { MemoryGrowth } from './memory-growth.ts';
import type { MutableSettings } from './observed.ts';
import type { Stage } from './phases.ts';
import type { Reason } from './reason.ts';

/** An update under way. The stage is stored before it is entered; `PHASE_TABLE` tells what each is. */
export interface Attempt {
  readonly hash: string;
  readonly revision: number;
  readonly stage: Stage;
  /** When the pull ended; `null` while pulling. */
  readonly pulledAtMs: number | null;
  /** The deadline's clock: when it begins, at the latest. `null` until the first look after the pull. */
  readonly clockFromMs: number | null;
  /** Until when stops are waited for; left out before the first. */
  readonly stopsByMs?: number;
  /** From the first stop or start on: until then the switch can still wait. */
  readonly hasBegun?: true;
  /** Somebody asked for the switch: it waits for no window and no clock. */
  readonly isSwitchAsked?: true;
  /** Starts of the agent, and times in which nobody looked, that found it in a stage that counts them. */
  readonly resumes: number;
  /** Instances that failed before the update began, by key: it is not blamed for them. */
  readonly brokenBefore: readonly string[];
  /** By service, the id of the image that was pulled for this attempt although one was here. */
  readonly refreshed?: Readonly<Record<string, string>>;
  /** Exits and failed steps of each instance since the pull ended, by key. */
  readonly failures: Readonly<Record<string, number>>;
  /** Why it is condemned, and of which container the logs tell more. */
  readonly verdict: {
    readonly reason: Reason;
    readonly service: string | null;
    readonly container: string | null;
  } | null;
}

export interface ServiceHistory {
  /** Hash of the spec that this is the history of: another revision's service begins with none. */
  readonly spec: string;
  /** Restarts after failures, by the engine or by the agent, over the service's life. */
  readonly restarts: number;
  /** Failures in a row: what the back-off is counted from. A long good run ends it. */
  readonly failuresInRow: number;
  /** Left out before the first of them. */
  readonly row?: FailureRow;
  /** Whether nothing has started it again after the last failure. */
  readonly isDown?: boolean;
  /** The wait that the last failure led to; kept so that it survives a restart of the agent. */
  readonly delayMs: number;
  /** No try before this; `null` when nothing is waited for. */
  readonly retryAtMs: number | null;
  /** The run that is being watched, to tell an exit of its own from a stop of ours. */
  readonly watched: {
    readonly container: string;
    readonly startedAt: string | null;
    /** `null` right after a start of ours, until the first look. */
    readonly engineRestarts: number | null;
    readonly sinceMs: number;
  } | null;
  readonly lastFailure: ServiceFailure | null;
  /** The newest last; left out before the first. */
  readonly tracebacks?: readonly TracebackCount[];
  /**
   * Settings given to a container, and how the engine showed them after: a kernel that does not enforce a
   * limit shows another value for ever, and asking again would change nothing.
   */
  readonly applied: {
    readonly container: string;
    readonly asked: MutableSettings;
    readonly shown: MutableSettings | null;
  } | null;
  /** Of a service in the namespaces of others. */
  readonly joined?: JoinedRuns;
}

/** Failures in a row: see `failure-row.ts`. */
export interface FailureRow {
  /** From its first to its last failure, in time that the agent ran. */
  readonly spanMs: number;
  /** When the last one was, monotonic. */
  readonly lastMs: number;
  /** The longest run that ended in one, but for the run before the first. */
  readonly longestRunMs: number;
  /** It has run well since, for as long as it owes. */
  readonly isOver: boolean;
}

/** In which runs of other containers, its `hosts`, a run lives: the times of their starts, by container id. */
export interface JoinedRuns {
  /** The run that lives there, by its start; `null` before its first. */
  readonly run: string | null;
  readonly hosts: Readonly<Record<string, string>>;
  /** As they were at the last look. */
  readonly seen: Readonly<Record<string, string>>;
}

export interface ServiceFailure {
  readonly code: ReasonCode;
  readonly message: string;
  readonly hint?: string;
  readonly exitCode: number | null;
  /** Wall-clock times, for people, ISO 8601: when it was, and when the next try comes. */
  readonly at: string;
  readonly nextTryAt: string;
  /** Of one that the kernel ended for its memory. */
  readonly memory?: MemoryGrowth;
  /** Left out until they are asked for. */
  readonly lastWords?: LastWords;
}

/** A service of an update that was taken back. */
export interface FailedService {
  /** Its last. */
  readonly failure: ServiceFailure;
  /** How often it failed in that update. */
  readonly times: number;
}

/** A content that failed its proof here. */
export interface BarredContent {
  readonly content: string;
  readonly reason: Reason;
  /** When it failed last, by the wall clock, and under which revision; an older agent did not note it. */
  readonly failed?: {
    readonly revision: number;
    readonly at: string;
    /** How its services failed, by instance: of the newest bar alone, until another revision is proven. */
    readonly services?: Readonly<Record<string, FailedService>>;
  };
  /** When it is tried again of its own accord: not where the content was to blame. */
  readonly retry?: { readonly tries: number; readonly delayMs: number; readonly atMs: number };
}

export interface DeploymentRecord {
  readonly phase: Phase;
  readonly reason: Reason | null;
  /** The revision that last proved itself: what a rollback returns to. */
  readonly proven: { readonly revision: number; readonly hash: string } | null;
  /** The revision that was proven before that one: its images are kept, for a way back. */
  readonly previous: { readonly revision: number; readonly hash: string } | null;
  readonly attempt: Attempt | null;
  /** Contents that failed their proof here, newest last: see `barred.ts` for when they are tried again. */
  readonly barred: readonly BarredContent[];
  /** By instance: see `instance.ts` for the keys. */
  readonly services: Readonly<Record<string, ServiceHistory>>;
  /** Why a network, a volume or a stop failed, on which services wait; `null` when none did. */
  readonly blocked: Reason | null;
  /** Containers that the agent itself stopped and keeps: their exit is no failure, and no policy's business. */
  readonly parked: readonly string[];
  /** Left out while no look has been made: see `identity.ts`. */
  readonly own?: Own;
  /** Services that run once and have done so; left out while there are none. */
  readonly completed?: readonly CompletedService[];
  /** Left out while there are none. */
  readonly outdated?: Outdated;
  /** What was done since it was well, by service, network or volume (`services.web`); left out while all is. */
  readonly repeats?: Readonly<Record<string, Repeat>>;
  /** While a switch waits for a synchronised clock. */
  readonly clockWait?: ClockWait;
  /** Shared networks that it has used and not left, by key; left out while there are none. */
  readonly shared?: readonly string[];
  /** Shared volumes that a removal was to delete, and why they stay. */
  readonly kept?: KeptVolumes;
  /** While somebody has asked that nothing be done: see `pause.ts`. */
  readonly pause?: Pause;
}

/** Containers that do not carry the document `hash`, and before all others the one that ran before it. */
export interface Outdated {
  readonly hash: string;
  readonly containers: readonly string[];
}

/** What was done for one service, network or volume since it was well. */
export interface Repeat {
  /** By step, how often it succeeded. */
  readonly times: Readonly<Record<string, number>>;
  /** No further step before this; `null` while nothing is noticed. */
  readonly retryAtMs: number | null;
  readonly delayMs: number;
  /** What the engine showed when a step was planned last. */
  readonly shown: string | null;
}

export interface ClockWait {
  /** Until `sinceMs`. */
  readonly waitedMs: number;
  /** Monotonic. */
  readonly sinceMs: number;
}

export interface Pause {
  /** How long it was asked for. */
  readonly forMs: number;
  /** How much of it is left from `sinceMs` on, in time that the agent runs. */
  readonly leftMs: number;
  /** Monotonic; `null`: it has not begun, as what is under way ends first. */
  readonly sinceMs: number | null;
  /** For people, ISO 8601: when it was asked for, and when it ends by the clock as it is; `null` before it has begun. */
  readonly askedAt: string;
  readonly until: string | null;
  readonly reason: string;
  readonly by: PauseStatus['by'];
}

export interface KeptVolumes {
  /** Of the document that asks for the removal. */
  readonly hash: string;
  readonly reasons: readonly Reason[];
}

export interface CompletedService {
  /** Key of its instance. */
  readonly service: string;
  /** Hash of what it was asked, and the image that it ran. */
  readonly spec: string;
  readonly imageId: string;
}

/** What is ours in the engine. */
export interface Own {
  /** Ids of the containers that the agent created. */
  readonly known: readonly string[];
  /** Names of creations that were begun, and whose ids are not known yet. */
  readonly expected: readonly ExpectedContainer[];
  /** Containers of others that bear our labels and were told, so that each is told once. */
  readonly strangers: readonly Stranger[];
}

export interface ExpectedContainer {
  readonly name: string;
  /** Key of its instance. */
  readonly service: string;
  readonly spec: string;
}

export interface Stranger {
  readonly id: string;
  readonly name: string;
  readonly service: string;
}

export const NOTHING_OWNED: Own = { known: [], expected: [], strangers: [] };

export const EMPTY_RECORD: DeploymentRecord = {
  phase: 'waiting',
  reason: null,
  proven: null,
  previous: null,
  attempt: null,
  barred: [],
  services: {},
  blocked: null,
  parked: [],
};
