// The event journal: the newest events that the broker has. They stay in the table of the outbox, where they are written
// already: to keep them costs no write. A tenth of them is dropped at a time, so that dropping costs few.
import type { SqlDatabase } from './database.ts';
import { EVENT_SIZE, type StoredEvent } from './outbox-room.ts';

export interface JournalSize {
  readonly count: number;
  readonly bytes: number;
}

export const EMPTY_JOURNAL: JournalSize = { count: 0, bytes: 0 };

/** Some days of a device on which little happens, or the last hours of one in trouble. */
export const MAX_JOURNAL: JournalSize = { count: 1000, bytes: 1024 ** 2 };
const KEPT_SHARE = 0.9;

/** What the table holds of events up to `acknowledgedSeq`. */
export function readJournal(db: SqlDatabase, acknowledgedSeq: number): JournalSize {
  return db
    .all<StoredEvent>(`SELECT seq, ${EVENT_SIZE} FROM events WHERE seq <= ?`, acknowledgedSeq)
    .reduce(grownBy, EMPTY_JOURNAL);
}

export function grownBy({ count, bytes }: JournalSize, event: StoredEvent): JournalSize {
  return { count: count + 1, bytes: bytes + event.bytes };
}

/** Drops the oldest where there are too many up to `acknowledgedSeq`; returns what is left. */
export function trimJournal(db: SqlDatabase, size: JournalSize, acknowledgedSeq: number): JournalSize {
  if (fits(size, 1)) return size;
  let kept = EMPTY_JOURNAL;
  for (const event of db.all<StoredEvent>(
    `SELECT seq, ${EVENT_SIZE} FROM events WHERE seq <= ? ORDER BY seq DESC`,
    acknowledgedSeq,
  )) {
    const next = grownBy(kept, event);
    if (!fits(next, KEPT_SHARE)) {
      db.run('DELETE FROM events WHERE seq <= ?', event.seq);
      break;
    }
    kept = next;
  }
  return kept;
}

function fits({ count, bytes }: JournalSize, share: number): boolean {
  return count <= MAX_JOURNAL.count * share && bytes <= MAX_JOURNAL.bytes * share;
}
