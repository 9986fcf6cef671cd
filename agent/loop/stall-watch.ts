// Notices when the process itself stood still: stopped, swapped out, on a paused machine, or starved of the processor.
// What lasted meanwhile was not seen by anybody.

import type { Logger } from '../../lib/program/logger.ts';
import type { Clock } from '../../lib/time/clock.ts';

const BEAT_MS = 5000;
/** A beat that is late by more than this is a stall. Smaller delays are normal on a busy device. */
const LATE_MS = 5000;

export class StallWatch {
  readonly #clock: Clock;
  readonly #logger: Logger;
  #aliveMs: number;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
    this.#aliveMs = clock.monotonicMs();
  }

  /** When the process ran again after its last stall, monotonic. Right also before the late beat has come. */
  readonly lastStallMs = (): number => {
    const nowMs = this.#clock.monotonicMs();
    const stoodMs = nowMs - this.#aliveMs;
    this.#aliveMs = nowMs;
    if (stoodMs >= BEAT_MS + LATE_MS) {
      this.#lastMs = nowMs;
      this.#logger.warn({ stoodMs: Math.round(stoodMs) }, 'the process did not run for a while');
    }
    return this.#lastMs;
  };

  /** Beats until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.lastStallMs();
      await this.#clock.sleep(BEAT_MS, signal);
    }
  }
}
