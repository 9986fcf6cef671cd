// The verdict over a heartbeat's file: pure, over what each look at it showed.
import type { Heartbeat } from '../model/desired-health.ts';

/** What the looks at one run of a container have shown. Times are monotonic milliseconds. */
export interface Pulse {
  /** The time of the last touch as the file tells it, only compared for equality: the clock may jump. */
  readonly stamp: string | null;
  /** When it was first seen so. */
  readonly sinceMs: number;
  readonly hasBeaten: boolean;
}

/** `open`: nothing can be said yet. */
export type PulseVerdict = 'beats' | 'silent' | 'open';

/** The pulse after one more look; `null` before the first. What the first finds may be of an earlier run. */
export function withLook(
  pulse: Pulse | null,
  { stamp, nowMs }: { readonly stamp: string | null; readonly nowMs: number },
): Pulse {
  if (pulse === null) return { stamp, sinceMs: nowMs, hasBeaten: false };
  // A file that is taken away is no beat.
  if (stamp === null || stamp === pulse.stamp) return pulse;
  return { stamp, sinceMs: nowMs, hasBeaten: true };
}

/**
 * | looks | verdict |
 * |---|---|
 * | a change within `maxAgeMs` | beats |
 * | no change yet, and `maxAgeMs` has not passed since the first look | open |
 * | no change for longer than `maxAgeMs` | silent |
 */
export function judgePulse(heartbeat: Heartbeat, pulse: Pulse, nowMs: number): PulseVerdict {
  if (nowMs - pulse.sinceMs > heartbeat.maxAgeMs) return 'silent';
  return pulse.hasBeaten ? 'beats' : 'open';
}
