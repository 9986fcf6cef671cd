// The deadline's clock. It begins when the images are here and what must stop has stopped: how long the old revision
// takes to stop is not held against the new one.
import type { DesiredPresent } from '../../model/desired-deployment.ts';
import type { ObservedContainer } from '../../model/observed.ts';
import type { Attempt } from '../../model/record.ts';

/** What a stop may take beyond the container's grace, a failed one and its repetition included. */
const STOP_MARGIN_MS = 2 * 60_000;

interface Stops {
  /** What is being stopped now. */
  readonly stopping: readonly ObservedContainer[];
  /** All that must stop before the update is through. */
  readonly inTheWay: readonly ObservedContainer[];
  readonly nowMs: number;
}

/**
 * Notes when the clock begins: now, or when all is stopped that is being stopped now. A stop that fails for ever keeps no
 * update waiting for ever: no stop is waited for after the longest grace and the margin.
 */
export function noteClock(attempt: Attempt, { stopping, inTheWay, nowMs }: Stops): Attempt {
  if (stopping.length === 0)
    return { ...attempt, clockFromMs: Math.min(attempt.clockFromMs ?? nowMs, nowMs) };
  const graceMs = Math.max(...inTheWay.map(({ stopGraceMs }) => stopGraceMs));
  const stopsByMs = attempt.stopsByMs ?? nowMs + graceMs + STOP_MARGIN_MS;
  const isWaitedFor = nowMs < stopsByMs;
  return { ...attempt, stopsByMs, clockFromMs: isWaitedFor ? stopsByMs : (attempt.clockFromMs ?? nowMs) };
}

/** Negative once it has passed. */
export function deadlineInMs({ clockFromMs }: Attempt, document: DesiredPresent, nowMs: number): number {
  return (clockFromMs ?? nowMs) + document.update.deadlineMs - nowMs;
}
