// History: what the device remembers of one deployment between cycles and across power cuts. The store
// keeps it as JSON. Fields in `…Ms` are monotonic times of the present process; `resumeRecord` rebases them.
import type { Phase, Reason } from '../../protocol/status.ts';
import type { MutableSettings } from './observed.ts';

/**
 * An update under way. The stage is stored before it is entered.
 *
 * | stage | what is done in it | what a crash in it leads to | what ends it |
 * |---|---|---|---|
 * | pulling | images of the new revision are fetched; the old one runs | the pull goes on | all images are here |
 * | switching | new containers are created, old ones stopped and kept, new ones started | the same steps go on: each looks at what is there | every new container has been started |
 * | proving | all must be healthy for `healthy_after`, within `deadline` | the proof starts again, a bounded number of times | proven, or not |
 * | condemned | the last log lines of the culprit are read | they are read again | the logs are stored: the content is barred and the old revision runs again, or, with none to go back to, `unproven` |
 * | unproven | told as `failed`; the services are kept and tried again, backed off | the same goes on | proven after all, or another revision |
 */
export type Stage = 'pulling' | 'switching' | 'proving' | 'condemned' | 'unproven';

export interface Attempt {
  readonly hash: string;
  readonly revision: number;
  readonly stage: Stage;
  /** The deadline's clock: when the pull ended. `null` while pulling. */
  readonly pulledAtMs: number | null;
  /** How often a restarted agent or device has found this attempt unproven. */
  readonly resumes: number;
  /** Services that failed before the update began: it is not blamed for them. */
  readonly brokenBefore: readonly string[];
  /** Exits and failed steps of each service since the pull ended. */
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
  /**
   * Settings given to a container, and how the engine showed them after: a kernel that does not enforce a
   * limit shows another value for ever, and asking again would change nothing.
   */
  readonly applied: {
    readonly container: string;
    readonly asked: MutableSettings;
    readonly shown: MutableSettings | null;
  } | null;
}

export interface ServiceFailure {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly exitCode: number | null;
  /** Wall-clock times, for people, ISO 8601: when it was, and when the next try comes. */
  readonly at: string;
  readonly nextTryAt: string;
}

export interface DeploymentRecord {
  readonly phase: Phase;
  readonly reason: Reason | null;
  /** The revision that last proved itself: what a rollback returns to. */
  readonly proven: { readonly revision: number; readonly hash: string } | null;
  readonly attempt: Attempt | null;
  /** Contents that failed their proof here, newest last: not tried again until told to. */
  readonly barred: readonly { readonly content: string; readonly reason: Reason }[];
  readonly services: Readonly<Record<string, ServiceHistory>>;
  /** Why a network, a volume or a stop failed, on which services wait; `null` when none did. */
  readonly blocked: Reason | null;
  /** Containers that the agent itself stopped and keeps: their exit is no failure, and no policy's business. */
  readonly parked: readonly string[];
}

/** More barred contents than a manager publishes in a bad week; the oldest is forgotten first. */
const MAX_BARRED = 20;

export const EMPTY_RECORD: DeploymentRecord = {
  phase: 'waiting',
  reason: null,
  proven: null,
  attempt: null,
  barred: [],
  services: {},
  blocked: null,
  parked: [],
};

/** A service as one revision asks for it: what a history is kept of. */
interface SpecRef {
  readonly name: string;
  readonly hash: string;
}

export function emptyHistory(spec: SpecRef): ServiceHistory {
  return {
    spec: spec.hash,
    restarts: 0,
    failuresInRow: 0,
    delayMs: 0,
    retryAtMs: null,
    watched: null,
    lastFailure: null,
    applied: null,
  };
}

export function historyOf(record: DeploymentRecord, spec: SpecRef): ServiceHistory {
  const history = record.services[spec.name];
  return history?.spec === spec.hash ? history : emptyHistory(spec);
}

export function withHistory(
  record: DeploymentRecord,
  spec: SpecRef,
  history: ServiceHistory,
): DeploymentRecord {
  return { ...record, services: { ...record.services, [spec.name]: history } };
}

export function withBarred(record: DeploymentRecord, content: string, reason: Reason): DeploymentRecord {
  const others = record.barred.filter((entry) => entry.content !== content);
  return { ...record, barred: [...others, { content, reason }].slice(-MAX_BARRED) };
}

/** A record read back after a restart: monotonic times of the old process mean nothing in the new one. */
export function resumeRecord(record: DeploymentRecord, nowMs: number): DeploymentRecord {
  const services = Object.fromEntries(
    Object.entries(record.services).map(([name, history]) => [name, resumeHistory(history, nowMs)]),
  );
  return {
    ...record,
    services,
    attempt: record.attempt === null ? null : resumeAttempt(record.attempt, nowMs),
  };
}

function resumeHistory(history: ServiceHistory, nowMs: number): ServiceHistory {
  return {
    ...history,
    retryAtMs: history.retryAtMs === null ? null : nowMs + history.delayMs,
    watched: history.watched === null ? null : { ...history.watched, sinceMs: nowMs },
  };
}

function resumeAttempt(attempt: Attempt, nowMs: number): Attempt {
  if (attempt.pulledAtMs === null) return attempt;
  return { ...attempt, pulledAtMs: nowMs, resumes: attempt.resumes + 1 };
}
