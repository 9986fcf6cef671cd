// Counts the events of the journal by their kind, when it is asked: who never asks pays nothing.
// Tested in test/agent/metrics/metrics.test.ts.
import { EVENT_FIELDS, STEP_EVENTS } from '../../protocol/reports/events.ts';
import { type EventJournal, StoreBlocked } from '../ports/store.ts';

/** All that the journal has. */
const ALL = 1000;
/** What comes between two looks, mostly. */
const FEW = 50;
const KINDS: ReadonlySet<string> = new Set([...STEP_EVENTS, ...Object.keys(EVENT_FIELDS)]);

export class EventCounter {
  readonly #journal: EventJournal;
  #lastSeq: number;

  /** Events from now on are counted. */
  constructor(journal: EventJournal) {
    this.#journal = journal;
    this.#lastSeq = this.#newest(1)[0]?.seq ?? 0;
  }

  /** The kinds of the events since the last call, each as often as it came. A kind of another version is `other`. */
  take(): string[] {
    const few = this.#since(FEW);
    const events = few.length < FEW ? few : this.#since(ALL);
    this.#lastSeq = events[0]?.seq ?? this.#lastSeq;
    return events.map(({ type }) => (KINDS.has(type) ? type : 'other'));
  }

  #since(limit: number) {
    return this.#newest(limit).filter(({ seq }) => seq > this.#lastSeq);
  }

  #newest(limit: number): ReturnType<EventJournal['newest']> {
    try {
      return this.#journal.newest(limit);
    } catch (error) {
      // A disk that takes nothing: they are counted once it does again.
      if (error instanceof StoreBlocked) return [];
      throw error;
    }
  }
}
