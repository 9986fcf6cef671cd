// The one place where a loop waits: until a time has passed or somebody wakes it.
// Tested in test/agent/report/reporter.test.ts.
import type { Clock } from './clock.ts';

/** The reason of an abort, where none would cost an error with its stack at each wake. */
const WOKEN = 'woken';

export class Waker {
  readonly #clock: Clock;
  #isWoken = false;
  #sleep: AbortController | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Ends the present wait, or else the next one at once: a wake between two waits is not lost. */
  wake(): void {
    this.#isWoken = true;
    this.#sleep?.abort(WOKEN);
  }

  /** Resolves after `ms`, on `wake` or when `signal` aborts. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#isWoken && !signal.aborted && ms > 0) {
      const sleep = new AbortController();
      this.#sleep = sleep;
      const onAbort = (): void => sleep.abort(WOKEN);
      signal.addEventListener('abort', onAbort);
      await this.#clock.sleep(ms, sleep.signal);
      signal.removeEventListener('abort', onAbort);
      this.#sleep = null;
    }
    this.#isWoken = false;
  }
}
