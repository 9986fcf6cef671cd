// How long a service was away when its container was last changed for another, by the device's own events.
import type { Event } from '../../protocol/reports/events.ts';

export interface LastSwitch {
  readonly ms: number;
  /** When it ran again, ISO 8601. */
  readonly at: string;
}

/** Longer ago than a stop and a start take: they do not belong together, or the clock was set between them. */
const MAX_MS = 60 * 60_000;

/**
 * From what was told before the stop, as that begins right after it, to the start. Events of one moment were steps side by side.
 * `newest`: the newest events of the device, the newest first. `null` where there are none of both.
 */
export function lastSwitchOf(
  newest: readonly Event[],
  deployment: string,
  service: string,
): LastSwitch | null {
  const events = newest.filter((event) => event.deployment === deployment).toReversed();
  const ofService = (type: string) => (event: Event) => event.type === type && event.service === service;
  const started = events.findLastIndex(ofService('start_container'));
  const stopped = events.slice(0, Math.max(0, started)).findLastIndex(ofService('stop_container'));
  const stoppedAt = events[stopped]?.at;
  const before = events.slice(0, Math.max(0, stopped)).findLast(({ at }) => at !== stoppedAt);
  const end = events[started];
  if (before === undefined || end === undefined) return null;
  const ms = Date.parse(end.at) - Date.parse(before.at);
  return ms >= 0 && ms <= MAX_MS ? { ms, at: end.at } : null;
}
