// A bound, kept beside the database, that no told number has passed: a database that is built anew goes on above it.
// Tested in test/agent/store/sqlite-store.test.ts.
import { StoreBlocked } from '../ports/store.ts';
import type { ToldNumbers } from './copy-shapes.ts';
import type { SecondCopies } from './second-copies.ts';

/** Much, so that the file is seldom written; what a recovery skips is this much at most. */
const AHEAD = 10_000;

export class NumberCeiling {
  readonly #copies: SecondCopies;
  readonly #told: () => ToldNumbers;
  #ceiling: ToldNumbers;

  constructor(copies: SecondCopies, told: () => ToldNumbers) {
    this.#copies = copies;
    this.#told = told;
    this.#ceiling = copies.readNumbers() ?? { events: 0, statuses: 0, acknowledged: 0 };
  }

  /** Raises the bound well before it is reached; on a full disk it does so later. */
  keepAhead(): void {
    const { events, statuses, acknowledged } = this.#told();
    const isNear = (number: number, bound: number): boolean => bound - number < AHEAD / 2;
    if (!isNear(events, this.#ceiling.events) && !isNear(statuses, this.#ceiling.statuses)) return;
    const raised = { events: events + AHEAD, statuses: statuses + AHEAD, acknowledged };
    try {
      this.#copies.writeNumbers(raised);
      this.#ceiling = raised;
    } catch (error) {
      if (!(error instanceof StoreBlocked)) throw error;
    }
  }
}
