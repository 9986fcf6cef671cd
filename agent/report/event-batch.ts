// Which events go out together, and what is told of those that are missing.
// Tested in test/agent/store/event-rows.test.ts.
import type { Event, EventBatch } from '../../protocol/reports/events.ts';

/** How many are looked at for one batch. */
export const EVENTS_PER_BATCH = 50;
/** Small, so that on a slow line nothing else waits long behind it. */
const MAX_BATCH_BYTES = 16 * 1024;

/** As many events as one payload carries; always one at least. */
export function fitting(events: readonly Event[]): Event[] {
  let bytes = 0;
  const count = events.findIndex((event) => {
    bytes += Buffer.byteLength(JSON.stringify(event));
    return bytes > MAX_BATCH_BYTES;
  });
  return events.slice(0, count === -1 ? events.length : Math.max(1, count));
}

/** The numbers that are missing after `acknowledgedSeq` and before the last of `events`, from the first to the last. */
export function lostBefore(
  events: readonly Pick<Event, 'seq'>[],
  acknowledgedSeq: number,
): NonNullable<EventBatch['lost']> | null {
  const gaps = events.flatMap(({ seq }, index) => {
    const before = events[index - 1]?.seq ?? acknowledgedSeq;
    return seq > before + 1 ? [{ from: before + 1, to: seq - 1 }] : [];
  });
  const [first, last] = [gaps.at(0), gaps.at(-1)];
  return first === undefined || last === undefined ? null : { from: first.from, to: last.to };
}
