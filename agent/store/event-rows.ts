// The outbox: numbered events until they are acknowledged, within a number of bytes.
//
// Where an event is   leaves it by
// held in memory      being acknowledged; being written, with the next that may not be lost or when asked to; the end
//                     of the process
// in the table        being acknowledged; being dropped for want of space, the least important first
//
// Numbers are given without a gap, so a gap between what is acknowledged and what is left is what was lost.
import type { Event, NewEvent } from '../../protocol/reports/events.ts';
import { IMPORTANCE, type Importance, importanceOf } from '../reconcile/tell/event-importance.ts';
import type { SqlDatabase } from './database.ts';
import { oldestFor, type StoredEvent, thinnedOut } from './outbox-room.ts';
import { inTransaction, parseBody, readCounter, writeCounter } from './rows.ts';

/** Unless told otherwise: a month of samples at the default interval takes a seventh of it. */
export const OUTBOX_BYTES = 16 * 1024 ** 2;
/** What an event takes of the table and its index besides its body, about. */
const ROW_BYTES = 64;
/** Past it they are written, so that what a process may lose is bounded. */
const MAX_HELD = 100;
/** Numbers for held events are reserved by the block: none is ever told twice, and few are written. */
const SEQ_BLOCK = 50;
/** How many rows are looked at in one go to be dropped. */
const DROP_ROWS = 1000;

const LEAST_FIRST = [IMPORTANCE.sample, IMPORTANCE.progress, IMPORTANCE.transition] as const;
const SIZE = `length(CAST(body AS BLOB)) + ${ROW_BYTES} AS bytes`;

interface HeldEvent {
  readonly seq: number;
  readonly at: string;
  readonly event: NewEvent;
}

/** What one of any earlier version may have told. */
type StoredBody = Pick<Event, 'type' | 'deployment' | 'service'>;
type BytesOf = Record<Importance, number>;

export class EventRows {
  readonly #db: SqlDatabase;
  readonly #capBytes: number;
  #held: HeldEvent[] = [];
  #lastSeq: number;
  /** Up to here a number may have been told, as far as the table knows. */
  #reservedSeq: number;
  #acknowledgedSeq: number;
  /** What the table holds, by importance. */
  #bytes: BytesOf;

  /** The events in the table never take more than `capBytes`. */
  constructor(db: SqlDatabase, capBytes: number) {
    this.#db = db;
    this.#capBytes = capBytes;
    this.#acknowledgedSeq = readCounter(db, 'events_acknowledged');
    this.#reservedSeq = readCounter(db, 'events_numbered');
    this.#lastSeq = this.#reservedSeq;
    this.#bytes = readBytes(db);
  }

  /** The last number that was given, or may have been by the process before. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** What the table holds; at most the cap. */
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
  }

  pendingEvents(limit: number): Event[] {
    const stored = this.#db
      .all<{ seq: number; at: string; body: string }>(
        'SELECT seq, at, body FROM events ORDER BY seq LIMIT ?',
        limit,
      )
      .map(({ seq, at, body }) => ({ ...parseBody<StoredBody>(body), seq, at }));
    const held = this.#held.map(({ seq, at, event }) => ({ ...event, seq, at }));
    return [...stored, ...held].slice(0, limit);
  }

  countEvents(): number {
    const stored = this.#db.all<{ n: number }>('SELECT count(*) AS n FROM events')[0]?.n ?? 0;
    return stored + this.#held.length;
  }

  acknowledgedSeq(): number {
    return this.#acknowledgedSeq;
  }

  acknowledgeEvents(upToSeq: number): void {
    const bytes = { ...this.#bytes };
    inTransaction(this.#db, () => {
      const gone = this.#db.all<{ importance: Importance; bytes: number }>(
        `DELETE FROM events WHERE seq <= ? RETURNING importance, ${SIZE}`,
        upToSeq,
      );
      for (const row of gone) bytes[row.importance] -= row.bytes;
      // Those that were held never reached the disk, and neither does this.
      if (gone.length > 0) writeCounter(this.#db, 'events_acknowledged', upToSeq);
    });
    this.#bytes = bytes;
    this.#acknowledgedSeq = upToSeq;
    this.#held = this.#held.filter(({ seq }) => seq > upToSeq);
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
    const bytes = { ...this.#bytes };
    inTransaction(this.#db, () => {
      for (const event of events) this.#insert(event, bytes);
      this.#makeRoom(bytes);
      if (last.seq > this.#reservedSeq) writeCounter(this.#db, 'events_numbered', last.seq);
    });
    this.#bytes = bytes;
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
      `SELECT seq, ${SIZE} FROM events WHERE importance = ? ORDER BY seq LIMIT ?`,
      importance,
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

/** Looks at all that is stored, once. */
function readBytes(db: SqlDatabase): BytesOf {
  const bytes: BytesOf = { [IMPORTANCE.sample]: 0, [IMPORTANCE.progress]: 0, [IMPORTANCE.transition]: 0 };
  for (const row of db.all<StoredEvent & { importance: Importance }>(
    `SELECT seq, importance, ${SIZE} FROM events`,
  ))
    bytes[row.importance] += row.bytes;
  return bytes;
}

function totalOf(bytes: BytesOf): number {
  return LEAST_FIRST.reduce<number>((sum, importance) => sum + bytes[importance], 0);
}
