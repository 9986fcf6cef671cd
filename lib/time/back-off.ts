// Back-off as an immutable value: how long to wait before the next try, capped and with full jitter
// (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), and never final.
import type { Random } from './clock.ts';

export interface BackOffLimits {
  /** Upper bound of the first delay; it doubles with each try. */
  readonly baseMs: number;
  /** Upper bound of every delay. */
  readonly capMs: number;
}

export interface BackOff {
  readonly limits: BackOffLimits;
  /** Tries that failed since the start. */
  readonly failures: number;
}

/** A back-off before its first delay; also what a success resets to. */
export function startBackOff(limits: BackOffLimits): BackOff {
  return { limits, failures: 0 };
}

/** The longest that the next delay can be. */
export function nextCeilingMs({ limits, failures }: BackOff): number {
  // 2^1024 is Infinity, which the cap takes care of.
  return Math.min(limits.capMs, limits.baseMs * 2 ** failures);
}

/** Draws the next delay, uniform in [0, ceiling), so that a fleet cut off together does not return together. */
export function drawDelay(
  backOff: BackOff,
  random: Random,
): { readonly delayMs: number; readonly next: BackOff } {
  return {
    delayMs: Math.floor(nextCeilingMs(backOff) * random()),
    next: { ...backOff, failures: backOff.failures + 1 },
  };
}

/** For waits that shall have a floor: uniform in [half of the ceiling, the ceiling), by a `chance` in [0, 1). */
export function equalJitter(ceilingMs: number, chance: number): number {
  return Math.round(ceilingMs * (0.5 + chance / 2));
}
