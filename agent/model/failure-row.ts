// Failures in a row: whether a service that is up again may be called good. One that dies every twelve seconds is
// healthy at most looks; so from the third failure on it owes a good run that is long beside those which ended.
import { formatDuration } from '../../protocol/values/duration.ts';
import type { FailureRow, ServiceHistory } from './record.ts';

/** From this failure in a row on the agent holds the service back; before, the engine's policy is quicker. */
export const CRASH_LOOP_FAILURES = 3;
/** A service that ended so many runs is good again once it has run well for so many times the longest of them. */
const TIMES_LONGEST = 3;
const SHORTEST_PROOF_MS = 60_000;
/** A run this long was good: what comes after it is a first failure again, not the next of a row. */
export const STABLE_RUN_MS = 10 * 60_000;

/** The row with one more failure, of a run that lasted `ranMs`. */
export function extendRow(
  row: FailureRow | undefined,
  { nowMs, ranMs }: { nowMs: number; ranMs: number },
): FailureRow {
  if (row === undefined) return { spanMs: 0, lastMs: nowMs, longestRunMs: 0, isOver: false };
  return {
    spanMs: row.spanMs + nowMs - row.lastMs,
    lastMs: nowMs,
    longestRunMs: Math.max(row.longestRunMs, ranMs),
    isOver: false,
  };
}

/** For how long it has to run well before it is called good again. */
export function owedRunMs({ longestRunMs }: FailureRow): number {
  return Math.min(STABLE_RUN_MS, Math.max(SHORTEST_PROOF_MS, TIMES_LONGEST * longestRunMs));
}

/** Whether it is not called good, however it is right now. */
export function isInLoop({ failuresInRow, row }: Pick<ServiceHistory, 'failuresInRow' | 'row'>): boolean {
  return failuresInRow >= CRASH_LOOP_FAILURES && row !== undefined && !row.isOver;
}

/** The message of its last failure, with how often and in what time it has failed where that is told. */
export function inLoopWords(message: string, history: Pick<ServiceHistory, 'failuresInRow' | 'row'>): string {
  if (history.row === undefined || !isInLoop(history)) return message;
  const span = formatDuration(Math.max(1000, history.row.spanMs));
  return `it has failed ${history.failuresInRow} times within ${span}; the last time: ${message}`;
}
