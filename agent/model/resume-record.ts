// A record after a time in which nobody looked: its monotonic times begin anew, and what counts starts is counted.
// Tested in test/agent/model/failure-row.test.ts.
import { mapHistories } from './histories.ts';
import { resumePause } from './pause.ts';
import { PHASE_TABLE } from './phases.ts';
import type { Attempt, BarredContent, DeploymentRecord, Repeat, ServiceHistory } from './record.ts';

/** A record read back after a restart: monotonic times of the old process mean nothing in the new one. */
export function resumeRecord(record: DeploymentRecord, nowMs: number): DeploymentRecord {
  const { clockWait, pause, repeats } = record;
  return {
    ...mapHistories(record, (history) => resumeHistory(history, nowMs)),
    ...(repeats === undefined ? {} : { repeats: resumeRepeats(repeats, nowMs) }),
    ...(clockWait === undefined ? {} : { clockWait: { ...clockWait, sinceMs: nowMs } }),
    ...(pause === undefined ? {} : { pause: resumePause(pause, nowMs) }),
    barred: record.barred.map((entry) => resumeBarred(entry, nowMs)),
    attempt: record.attempt === null ? null : resumeAttempt(record.attempt, nowMs),
  };
}

/** After a time in which nobody looked. For an update it counts as a restart of the agent. */
export function resumeAfterGap(record: DeploymentRecord, nowMs: number): DeploymentRecord {
  const attempt = record.attempt === null ? null : resumeAttempt(record.attempt, nowMs);
  return { ...mapHistories(record, (history) => watchAnew(history, nowMs)), attempt };
}

function resumeHistory(history: ServiceHistory, nowMs: number): ServiceHistory {
  return {
    ...watchAnew(history, nowMs),
    retryAtMs: history.retryAtMs === null ? null : nowMs + history.delayMs,
  };
}

/** Time in which nobody looked makes no good run, and no long row of failures. */
function watchAnew(history: ServiceHistory, nowMs: number): ServiceHistory {
  const { row } = history;
  return {
    ...history,
    ...(row === undefined ? {} : { row: { ...row, lastMs: nowMs } }),
    watched: history.watched === null ? null : { ...history.watched, sinceMs: nowMs },
  };
}

function resumeRepeats(repeats: Readonly<Record<string, Repeat>>, nowMs: number): Record<string, Repeat> {
  const resumed = Object.entries(repeats).map(([path, repeat]) => {
    const retryAtMs = repeat.retryAtMs === null ? null : nowMs + repeat.delayMs;
    return [path, { ...repeat, retryAtMs }] as const;
  });
  return Object.fromEntries(resumed);
}

/** A device that is off most of the day must come to the end of a bar too; one that reboots all the time must not. */
const SHORTEST_BAR_MS = 60_000;

/** No write notes how long was waited before. Each start halves the wait instead. */
function resumeBarred(entry: BarredContent, nowMs: number): BarredContent {
  const { retry } = entry;
  if (retry === undefined) return entry;
  const delayMs = Math.min(retry.delayMs, Math.max(SHORTEST_BAR_MS, retry.delayMs / 2));
  return { ...entry, retry: { ...retry, delayMs, atMs: nowMs + delayMs } };
}

function resumeAttempt(attempt: Attempt, nowMs: number): Attempt {
  if (attempt.pulledAtMs === null) return attempt;
  const isCounted = PHASE_TABLE[attempt.stage].countsStarts;
  const resumes = attempt.resumes + (isCounted ? 1 : 0);
  const { stopsByMs: _, ...rest } = attempt;
  return { ...rest, pulledAtMs: nowMs, clockFromMs: null, resumes };
}
