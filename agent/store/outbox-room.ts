// What goes when the outbox has no room for all of it.
// Tested in test/agent/store/event-journal.test.ts.

/** What an event takes of the table and its index besides its body, about. */
export const ROW_BYTES = 64;
export const EVENT_SIZE = `length(CAST(body AS BLOB)) + ${ROW_BYTES} AS bytes`;

/** An event in the table. */
export interface StoredEvent {
  readonly seq: number;
  /** What it takes of the outbox. */
  readonly bytes: number;
}

/** The first of `oldestFirst` that together free `excessBytes`; all of them where they do not. */
export function oldestFor(oldestFirst: readonly StoredEvent[], excessBytes: number): StoredEvent[] {
  let freedBytes = 0;
  const count = oldestFirst.findIndex(({ bytes }) => {
    freedBytes += bytes;
    return freedBytes >= excessBytes;
  });
  return count < 0 ? [...oldestFirst] : oldestFirst.slice(0, count + 1);
}

/**
 * The samples that thinning takes away: every other one, but for the newest quarter. Done again and again, a sample
 * has the coarser company the older it is, and the oldest stays: some megabytes reach back over any time.
 */
export function thinnedOut(oldestFirst: readonly StoredEvent[]): StoredEvent[] {
  const newest = Math.floor(oldestFirst.length / 4);
  return oldestFirst.slice(0, oldestFirst.length - newest).filter((_, index) => index % 2 === 1);
}
