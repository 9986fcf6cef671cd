// The verdict over a heartbeat's file: pure, over what each look at it showed.
import type { Probe } from '../../protocol/deployment/service.ts';
import { durationMs } from '../model/service-spec.ts';

export type Heartbeat = NonNullable<Probe['heartbeat']>;

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
 * | a change within `max_age` | beats |
 * | no change yet, and `max_age` has not passed since the first look | open |
 * | no change for longer than `max_age` | silent |
 */
export function judgePulse(heartbeat: Heartbeat, pulse: Pulse, nowMs: number): PulseVerdict {
  if (nowMs - pulse.sinceMs > durationMs(heartbeat.max_age, 0)) return 'silent';
  return pulse.hasBeaten ? 'beats' : 'open';
}
