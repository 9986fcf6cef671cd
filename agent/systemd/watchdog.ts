// Keeps systemd's watchdog quiet for as long as the agent's loops really turn, and no longer: a ping comes
// from progress, never from a timer, which would go on beside a loop that hangs.
import type { Clock } from '../../lib/time/clock.ts';
import type { Notifier } from './notify.ts';

export interface ProgressWatchdogOptions {
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly notifier: Pick<Notifier, 'watchdogPing'>;
  /** `Notifier.watchdogIntervalMs`; `null` when nobody watches. */
  readonly intervalMs: number | null;
  /** The loops that must all turn; one by default. */
  readonly loops?: readonly string[];
}

/**
 * Pings once all loops have made progress since the last ping, at most once per half interval.
 * A loop that notes progress at least once per `intervalMs` thus makes gaps of at most 1.5 intervals,
 * three quarters of the time that systemd waits.
 */
export class ProgressWatchdog {
  /** The longest that a loop may wait between two calls of `noteProgress`; `null`: as long as it likes. */
  readonly intervalMs: number | null;
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #notifier: Pick<Notifier, 'watchdogPing'>;
  readonly #loops: readonly string[];
  readonly #silentLoops: Set<string>;
  #lastPingMs = Number.NEGATIVE_INFINITY;

  constructor(options: ProgressWatchdogOptions) {
    this.intervalMs = options.intervalMs;
    this.#clock = options.clock;
    this.#notifier = options.notifier;
    this.#loops = options.loops ?? ['loop'];
    this.#silentLoops = new Set(this.#loops);
  }

  /** To be called where a loop comes round, or a long step has demonstrably moved (bytes pulled). */
  noteProgress(loop = 'loop'): void {
    if (this.intervalMs === null) return;
    this.#silentLoops.delete(loop);
    const nowMs = this.#clock.monotonicMs();
    if (this.#silentLoops.size > 0 || nowMs - this.#lastPingMs < this.intervalMs / 2) return;
    this.#lastPingMs = nowMs;
    for (const name of this.#loops) this.#silentLoops.add(name);
    this.#notifier.watchdogPing();
  }
}
