// Sees a wall clock that was set: it has then moved by something else than the monotonic one. A device that slept
// looks the same, as its monotonic clock stood still.
import type { Clock } from '../../lib/time/clock.ts';
import type { ClockState } from '../notices/agent-state.ts';
import type { Watched } from '../notices/watched.ts';
import type { Host } from '../ports/host.ts';

export interface ClockWatchOptions {
  readonly clock: Clock;
  readonly host: Pick<Host, 'readClock'>;
  readonly state: Watched<ClockState>;
}

/** Both clocks are slewed alike, so what is left is reading one after the other. */
const TOLERANCE_MS = 5000;
/** A clock that runs wild must not fill the outbox: what it jumps meanwhile is summed. */
const QUIET_MS = 10 * 60_000;

export class ClockWatch {
  readonly #options: ClockWatchOptions;
  /** What the wall clock is ahead of the monotonic one. */
  #offsetMs: number;
  #quietUntilMs = Number.NEGATIVE_INFINITY;

  constructor(options: ClockWatchOptions) {
    this.#options = options;
    this.#offsetMs = offsetOf(options.clock);
    options.state.set({ isSynchronised: options.host.readClock().isSynchronised, lastJump: null });
  }

  /** To be called again and again. */
  look(): void {
    const { clock, host, state } = this.#options;
    const nowMs = clock.monotonicMs();
    if (nowMs >= this.#quietUntilMs) this.#lookForJump(nowMs);
    const { isSynchronised } = host.readClock();
    if (isSynchronised !== state.value.isSynchronised) state.set({ ...state.value, isSynchronised });
  }

  #lookForJump(nowMs: number): void {
    const { clock, state } = this.#options;
    const offsetMs = offsetOf(clock);
    const byMs = Math.round(offsetMs - this.#offsetMs);
    if (Math.abs(byMs) < TOLERANCE_MS) return;
    this.#offsetMs = offsetMs;
    this.#quietUntilMs = nowMs + QUIET_MS;
    state.set({ ...state.value, lastJump: { byMs, at: clock.wallTime().toISOString() } });
  }
}

function offsetOf(clock: Clock): number {
  return clock.wallTime().getTime() - clock.monotonicMs();
}
