// The deadline's clock. It begins when the images are here and what must stop has stopped: how long the old revision
// takes to stop is not held against the new one.
import type { PresentDeployment } from '../../protocol/deployment.ts';
import type { ObservedContainer } from './observed.ts';
import type { Attempt } from './record.ts';
import { durationMs } from './service-spec.ts';

/** What a stop may take beyond the container's grace, a failed one and its repetition included. */
const STOP_MARGIN_MS = 2 * 60_000;

/**
 * Notes when the clock begins: now where nothing that must stop is up any more, else when the longest grace is over. So a
 * stop that fails for ever keeps no update waiting for ever. Once it has begun nothing moves it.
 */
export function noteClock(attempt: Attempt, mustStop: readonly ObservedContainer[], nowMs: number): Attempt {
  const { clockFromMs } = attempt;
  if (clockFromMs !== null && clockFromMs <= nowMs) return attempt;
  if (mustStop.length === 0) return { ...attempt, clockFromMs: nowMs };
  const graceMs = Math.max(...mustStop.map(({ stopGraceMs }) => stopGraceMs));
  return { ...attempt, clockFromMs: clockFromMs ?? nowMs + graceMs + STOP_MARGIN_MS };
}

/** Negative once it has passed. */
export function deadlineInMs({ clockFromMs }: Attempt, document: PresentDeployment, nowMs: number): number {
  return (clockFromMs ?? nowMs) + durationMs(document.update.deadline, 0) - nowMs;
}
