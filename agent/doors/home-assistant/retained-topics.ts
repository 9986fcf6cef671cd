// Which retained messages the broker has of the device besides its reports, over restarts: so that they are taken away again,
// also where the configuration does not name them any more.
// Tested in test/agent/doors/home-assistant/home-assistant.test.ts.
import { type RetainedNotes, StoreBlocked } from '../../ports/store.ts';

export class RetainedTopics {
  readonly #notes: RetainedNotes;
  #noted: ReadonlySet<string>;

  constructor(notes: RetainedNotes) {
    this.#notes = notes;
    this.#noted = new Set(notes.retainedTopics());
  }

  get noted(): ReadonlySet<string> {
    return this.#noted;
  }

  /** Those that are noted and not among these. */
  besides(topics: ReadonlySet<string>): string[] {
    return [...this.#noted].filter((topic) => !topics.has(topic));
  }

  /** To be called before one is published that is not noted yet. `false` where the disk does not take it. */
  note(topics: ReadonlySet<string>): boolean {
    if (topics.size === this.#noted.size && this.besides(topics).length === 0) return true;
    try {
      this.#notes.writeRetainedTopics([...topics].toSorted());
    } catch (error) {
      if (error instanceof StoreBlocked) return false;
      throw error;
    }
    this.#noted = new Set(topics);
    return true;
  }
}
