// The outbox: numbered events until they are acknowledged, within a number of bytes; and the newest of those after.
//
// Where an event is   leaves it by
// held in memory      being acknowledged; being written, with the next that may not be lost or when asked to; the end
//                     of the process
// in the table        being acknowledged; being dropped for want of space, the least important first
// in the journal      newer ones taking its place; a disk that is full
//
// Numbers are given without a gap, so a gap between what is acknowledged and what is left is what was lost. One that cannot
// be read is passed over, and leaves such a gap.
import type { Event, NewEvent } from '../../protocol/reports/events.ts';
import { IMPORTANCE, type Importance, importanceOf } from '../model/event-importance.ts';
import { StoreBlocked } from '../ports/store.ts';
import type { SqlDatabase } from './database.ts';
import { EMPTY_JOURNAL, grownBy, type JournalSize, readJournal, trimJournal } from './event-journal.ts';
import { type EventRow, readEvent } from './event-shape.ts';
import { EVENT_SIZE, oldestFor, ROW_BYTES, type StoredEvent, thinnedOut } from './outbox-room.ts';
import { inTransaction, readCounter, writeCounter } from './rows.ts';

/** Unless told otherwise: a month of samples at the default interval takes a seventh of it. */
export const OUTBOX_BYTES = 16 * 1024 ** 2;
/** Past it they are written, so that what a process may lose is bounded. */
const MAX_HELD = 100;
/** Numbers for held events are reserved by the block: none is ever told twice, and few are written. */
const SEQ_BLOCK = 50;
/** How many rows are looked at in one go to be dropped. */
const DROP_ROWS = 1000;

const LEAST_FIRST = [IMPORTANCE.sample, IMPORTANCE.progress, IMPORTANCE.transition] as const;

interface HeldEvent {
  readonly seq: number;
  readonly at: string;
  readonly event: NewEvent;
}

type BytesOf = Record<Importance, number>;

export class EventRows {
  readonly #db: SqlDatabase;
  readonly #capBytes: number;
  #held: HeldEvent[] = [];
  #lastSeq: number;
  /** Up to here a number may have been told, as far as the table knows. */
  #reservedSeq: number;
  #acknowledgedSeq: number;
  /** What waits in the table, by importance. */
  #bytes: BytesOf;
  /** What the table holds of acknowledged events. */
  #journal: JournalSize;

  /** The events that wait in the table never take more than `capBytes`. */
  constructor(db: SqlDatabase, capBytes: number) {
    this.#db = db;
    this.#capBytes = capBytes;
    this.#acknowledgedSeq = readCounter(db, 'events_acknowledged');
    this.#reservedSeq = readCounter(db, 'events_numbered');
    this.#lastSeq = this.#reservedSeq;
    this.#bytes = readBytes(db, this.#acknowledgedSeq);
    this.#journal = readJournal(db, this.#acknowledgedSeq);
  }

  /** The last number that was given, or may have been by the process before. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** What waits in the table; at most the cap. */
  get storedBytes(): number {
    return totalOf(this.#bytes);
  }

  appendEvents(events: readonly NewEvent[], at: string): void {
    // A number is used up also where the table has no room: the gap tells what was not written.
    this.#write([...this.#held, ...events.map((event) => this.#number(event, at))]);
  }

  holdEvent(event: NewEvent, at: string): void {
    const held = this.#number(event, at);
    if (this.#held.length >= MAX_HELD) this.#write(this.#held);
    if (held.seq > this.#reservedSeq) this.#reserve(held.seq + SEQ_BLOCK - 1);
    this.#held.push(held);
  }

  writeHeldEvents(): void {
    this.#write(this.#held);
    if (this.#reservedSeq > this.#lastSeq) this.#reserve(this.#lastSeq);
    // What was held when it was acknowledged would be marked as lost by the next process.
    if (readCounter(this.#db, 'events_acknowledged') < this.#acknowledgedSeq) {
      writeCounter(this.#db, 'events_acknowledged', this.#acknowledgedSeq);
    }
  }

  pendingEvents(limit: number): Event[] {
    const held = this.#held.map(({ seq, at, event }) => ({ ...event, seq, at }));
    return [...this.#firstReadable(limit), ...held].slice(0, limit);
  }

  /** Those that can be read, from the oldest on: about `limit`, and fewer only where there are no more. */
  #firstReadable(limit: number): Event[] {
    const events: Event[] = [];
    let after = this.#acknowledgedSeq;
    while (events.length < limit) {
      const rows = this.#db.all<EventRow>(
        'SELECT seq, at, body FROM events WHERE seq > ? ORDER BY seq LIMIT ?',
        after,
        limit,
      );
      events.push(...rows.flatMap((row) => readEvent(row) ?? []));
      const last = rows.at(-1);
      if (last === undefined || rows.length < limit) break;
      after = last.seq;
    }
    return events;
  }

  /** As `EventJournal.newest`. */
  newest(limit: number): Event[] {
    const stored = this.#db
      .all<EventRow>('SELECT seq, at, body FROM events ORDER BY seq DESC LIMIT ?', limit)
      .flatMap((row) => readEvent(row) ?? []);
    const held = this.#held.map(({ seq, at, event }) => ({ ...event, seq, at }));
    return [...held.toReversed(), ...stored].slice(0, limit);
  }

  countEvents(): number {
    // Of all, as SQLite then counts in the index alone.
    const stored = this.#db.all<{ n: number }>('SELECT count(*) AS n FROM events')[0]?.n ?? 0;
    return stored - this.#journal.count + this.#held.length;
  }

  acknowledgedSeq(): number {
    return this.#acknowledgedSeq;
  }

  acknowledgeEvents(upToSeq: number): void {
    const bytes = { ...this.#bytes };
    const told = this.#db.all<StoredEvent & { importance: Importance }>(
      `SELECT seq, importance, ${EVENT_SIZE} FROM events WHERE seq > ? AND seq <= ?`,
      this.#acknowledgedSeq,
      upToSeq,
    );
    for (const row of told) bytes[row.importance] -= row.bytes;
    // Those that were held never reached the disk, and neither does this.
    if (told.length > 0)
      this.#journal = inTransaction(this.#db, () => {
        writeCounter(this.#db, 'events_acknowledged', upToSeq);
        return trimJournal(this.#db, told.reduce(grownBy, this.#journal), upToSeq);
      });
    this.#bytes = bytes;
    this.#acknowledgedSeq = upToSeq;
    this.#held = this.#held.filter(({ seq }) => seq > upToSeq);
  }

  /** Drops the journal for want of room on the disk; `false` where that gives none. */
  giveUpJournal(): boolean {
    if (this.#journal.count === 0) return false;
    try {
      this.#db.run('DELETE FROM events WHERE seq <= ?', this.#acknowledgedSeq);
    } catch (error) {
      if (error instanceof StoreBlocked) return false;
      throw error;
    }
    this.#journal = EMPTY_JOURNAL;
    return true;
  }

  #number(event: NewEvent, at: string): HeldEvent {
    this.#lastSeq += 1;
    return { seq: this.#lastSeq, at, event };
  }

  #reserve(seq: number): void {
    writeCounter(this.#db, 'events_numbered', seq);
    this.#reservedSeq = seq;
  }

  #write(events: readonly HeldEvent[]): void {
    const last = events.at(-1);
    if (last === undefined) return;
    this.#bytes = withRoom(this, () =>
      inTransaction(this.#db, () => {
        const bytes = { ...this.#bytes };
        for (const event of events) this.#insert(event, bytes);
        this.#makeRoom(bytes);
        if (last.seq > this.#reservedSeq) writeCounter(this.#db, 'events_numbered', last.seq);
        return bytes;
      }),
    );
    this.#reservedSeq = Math.max(this.#reservedSeq, last.seq);
    this.#held = [];
  }

  #insert({ seq, at, event }: HeldEvent, bytes: BytesOf): void {
    const body = JSON.stringify(event);
    const importance = importanceOf(event);
    this.#db.run(
      'INSERT INTO events (seq, at, importance, body) VALUES (?, ?, ?, ?)',
      seq,
      at,
      importance,
      body,
    );
    bytes[importance] += Buffer.byteLength(body) + ROW_BYTES;
  }

  /** Samples have half of it: they are thinned past that, so that what they leave out is nowhere much. */
  #makeRoom(bytes: BytesOf): void {
    if (bytes[IMPORTANCE.sample] > this.#capBytes / 2)
      this.#drop(thinnedOut(this.#oldest(IMPORTANCE.sample)), IMPORTANCE.sample, bytes);
    for (const importance of LEAST_FIRST)
      while (bytes[importance] > 0 && totalOf(bytes) > this.#capBytes) {
        const excessBytes = totalOf(bytes) - this.#capBytes;
        this.#drop(oldestFor(this.#oldest(importance, DROP_ROWS), excessBytes), importance, bytes);
      }
  }

  #oldest(importance: Importance, limit = -1): StoredEvent[] {
    return this.#db.all<StoredEvent>(
      `SELECT seq, ${EVENT_SIZE} FROM events WHERE importance = ? AND seq > ? ORDER BY seq LIMIT ?`,
      importance,
      this.#acknowledgedSeq,
      limit,
    );
  }

  #drop(events: readonly StoredEvent[], importance: Importance, bytes: BytesOf): void {
    for (const event of events) {
      this.#db.run('DELETE FROM events WHERE seq = ?', event.seq);
      bytes[importance] -= event.bytes;
    }
  }
}

/** Looks at all that waits, once. */
function readBytes(db: SqlDatabase, acknowledgedSeq: number): BytesOf {
  const bytes: BytesOf = { [IMPORTANCE.sample]: 0, [IMPORTANCE.progress]: 0, [IMPORTANCE.transition]: 0 };
  for (const row of db.all<StoredEvent & { importance: Importance }>(
    `SELECT seq, importance, ${EVENT_SIZE} FROM events WHERE seq > ?`,
    acknowledgedSeq,
  ))
    bytes[row.importance] += row.bytes;
  return bytes;
}

function totalOf(bytes: BytesOf): number {
  return LEAST_FIRST.reduce<number>((sum, importance) => sum + bytes[importance], 0);
}

/** Writes; where the disk is full, once more without the journal. */
export function withRoom<T>(journal: Pick<EventRows, 'giveUpJournal'>, write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (!(error instanceof StoreBlocked && error.code === 'no_space' && journal.giveUpJournal())) throw error;
    return write();
  }
}
