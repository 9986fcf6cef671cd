// How fast the backlog may leave: what is sent is paid for with time, and a little credit lets the few events of an
// ordinary day pass at once. (The generic cell rate algorithm, ITU-T I.371.)
// Tested in test/agent/report/reporter.test.ts.

/** 16 MiB are out in little more than an hour, and ten thousand devices at once make 40 MB a second. */
export const BYTES_PER_SECOND = 4 * 1024;
/** What may leave at once after a pause. */
export const BURST_BYTES = 64 * 1024;

const MS_PER_BYTE = 1000 / BYTES_PER_SECOND;
const CREDIT_MS = BURST_BYTES * MS_PER_BYTE;

export class Pace {
  /** When all that was sent is paid for, monotonic. */
  #paidMs = Number.NEGATIVE_INFINITY;

  /** How long the next has to wait; 0 while there is credit. */
  waitMs(nowMs: number): number {
    return Math.max(0, this.#paidMs - nowMs - CREDIT_MS);
  }

  spend(bytes: number, nowMs: number): void {
    this.#paidMs = Math.max(this.#paidMs, nowMs) + bytes * MS_PER_BYTE;
  }
}
