// The newest status of each deployment, and how much of it the broker has.
// Tested in test/agent/store/sqlite-store.test.ts.
import { type Status, statusSchema } from '../../protocol/reports/status.ts';
import { type PendingStatus, StoreBlocked } from '../ports/store.ts';
import type { SqlDatabase } from './database.ts';
import { inTransaction, readBody, readCounter, writeCounter } from './rows.ts';
import { seal, unseal } from './sealed.ts';
import { isOfShape } from './stored-shape.ts';

/** Reserved by the block: a number that was told is never told again, and few are written. */
const STATUS_SEQ_BLOCK = 1000;

export class StatusRows {
  readonly #db: SqlDatabase;
  #seq: number;
  #seqEnd: number;

  constructor(db: SqlDatabase) {
    this.#db = db;
    this.#seq = readCounter(db, 'status_seq');
    this.#seqEnd = this.#seq;
  }

  /** Has numbers at hand for a disk that is full later. */
  prepareNumbers(): void {
    if (this.#seq >= this.#seqEnd) this.#reserve();
  }

  /** The last number that a status may have been given. */
  get lastSeq(): number {
    return this.#seq;
  }

  nextStatusSeq(): number {
    // Well before the last is used up, as the disk may be full by then.
    if (this.#seqEnd - this.#seq < STATUS_SEQ_BLOCK / 2) this.#reserve();
    this.#seq += 1;
    return this.#seq;
  }

  #reserve(): void {
    try {
      inTransaction(this.#db, () => writeCounter(this.#db, 'status_seq', this.#seqEnd + STATUS_SEQ_BLOCK));
      this.#seqEnd += STATUS_SEQ_BLOCK;
    } catch (error) {
      if (!(error instanceof StoreBlocked) || this.#seq >= this.#seqEnd) throw error;
    }
  }

  saveStatus(status: Status): void {
    this.#db.run(
      'INSERT INTO statuses (deployment, seq, body) VALUES (?, ?, ?) ON CONFLICT (deployment) DO UPDATE SET seq = excluded.seq, body = excluded.body ' +
        'WHERE body IS NOT excluded.body',
      status.deployment,
      status.seq,
      seal(status),
    );
  }

  latestStatus(deployment: string): Status | null {
    const body = readBody(this.#db, 'SELECT body FROM statuses WHERE deployment = ?', deployment);
    const status = body === null ? null : unseal(body);
    return isOfShape(statusSchema, status) ? status : null;
  }

  pendingStatuses(): PendingStatus[] {
    return this.#db.all<PendingStatus>(
      'SELECT deployment, seq FROM statuses WHERE seq > delivered_seq ORDER BY seq DESC',
    );
  }

  markStatusDelivered(deployment: string, seq: number): void {
    this.#db.run(
      'UPDATE statuses SET delivered_seq = ? WHERE deployment = ? AND delivered_seq < ?',
      seq,
      deployment,
      seq,
    );
  }
}
