// Keeps systemd's watchdog quiet for as long as the agent's loops really turn, and no longer: a ping comes
// from progress, never from a timer, which would go on beside a loop that hangs.
import type { Clock } from '../../lib/time/clock.ts';
import type { Notifier } from './notify.ts';

export interface ProgressWatchdogOptions {
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly notifier: Pick<Notifier, 'watchdogPing'>;
  /** `Notifier.watchdogIntervalMs`; `null` when nobody watches. */
  readonly intervalMs: number | null;
}

/**
 * Pings on progress, at most once per half interval. A loop that notes progress at least once per `intervalMs`
 * thus makes gaps of at most 1.5 intervals, three quarters of the time that systemd waits.
 */
export class ProgressWatchdog {
  /** The longest that the loop may wait between two calls of `noteProgress`; `null`: as long as it likes. */
  readonly intervalMs: number | null;
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #notifier: Pick<Notifier, 'watchdogPing'>;
  #lastPingMs = Number.NEGATIVE_INFINITY;

  constructor(options: ProgressWatchdogOptions) {
    this.intervalMs = options.intervalMs;
    this.#clock = options.clock;
    this.#notifier = options.notifier;
  }

  /** To be called where the loop comes round, or a long step has demonstrably moved (bytes pulled). */
  noteProgress(): void {
    if (this.intervalMs === null) return;
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#lastPingMs < this.intervalMs / 2) return;
    this.#lastPingMs = nowMs;
    this.#notifier.watchdogPing();
  }
}
