// Keeps what the diagnosis saw over restarts of the agent: when what is wrong began, and the engine's version. Written only
// where it has changed, and seldom.
import type { Clock } from '../../lib/time/clock.ts';
import { type Seen, type SeenNotes, StoreBlocked } from '../ports/store.ts';

/** What comes and goes all the time must not wear a card. */
const WRITE_EVERY_MS = 30 * 60_000;

const NOTHING: Seen = { engine: null, engineChange: null, findings: {} };

export class SeenKeeper {
  readonly #clock: Clock;
  readonly #notes: SeenNotes;
  /** As it is on disk. */
  #written: Seen;
  #nextWriteMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, notes: SeenNotes) {
    this.#clock = clock;
    this.#notes = notes;
    this.#written = notes.readSeen() ?? NOTHING;
  }

  /** What was seen before this start, and since then. */
  get seen(): Seen {
    return this.#written;
  }

  /** To be called at each look. Another engine is written at once. */
  keep(seen: Seen): void {
    if (JSON.stringify(seen) === JSON.stringify(this.#written)) return;
    const nowMs = this.#clock.monotonicMs();
    if (seen.engine === this.#written.engine && nowMs < this.#nextWriteMs) return;
    this.#nextWriteMs = nowMs + WRITE_EVERY_MS;
    try {
      this.#notes.writeSeen(seen);
      this.#written = seen;
    } catch (error) {
      if (!(error instanceof StoreBlocked)) throw error;
    }
  }
}
