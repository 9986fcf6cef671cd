// Sees a wall clock that was set: it has then moved by something else than the monotonic one. A device that slept
// looks the same, as its monotonic clock stood still.
import type { Clock } from '../../lib/time/clock.ts';
import type { ClockReading } from '../ports/host.ts';

export interface ClockJump {
  /** Negative when the clock went back. */
  readonly byMs: number;
  /** The time that it showed after, ISO 8601. */
  readonly at: string;
}

export interface ClockWatchOptions {
  readonly clock: Clock;
  readonly readClock: () => ClockReading;
  readonly onJump: (jump: ClockJump) => void;
  /** Whether it is synchronised is told otherwise than before. */
  readonly onChange: () => void;
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
  #isSynchronised: boolean | null;
  #lastJump: ClockJump | null = null;

  constructor(options: ClockWatchOptions) {
    this.#options = options;
    this.#offsetMs = offsetOf(options.clock);
    this.#isSynchronised = options.readClock().isSynchronised;
  }

  /** The newest jump since the agent started. */
  get lastJump(): ClockJump | null {
    return this.#lastJump;
  }

  /** To be called again and again. */
  look(): void {
    const { clock, readClock, onChange } = this.#options;
    const nowMs = clock.monotonicMs();
    if (nowMs >= this.#quietUntilMs) this.#lookForJump(nowMs);
    const { isSynchronised } = readClock();
    if (isSynchronised === this.#isSynchronised) return;
    this.#isSynchronised = isSynchronised;
    onChange();
  }

  #lookForJump(nowMs: number): void {
    const { clock, onJump } = this.#options;
    const offsetMs = offsetOf(clock);
    const byMs = Math.round(offsetMs - this.#offsetMs);
    if (Math.abs(byMs) < TOLERANCE_MS) return;
    this.#offsetMs = offsetMs;
    this.#quietUntilMs = nowMs + QUIET_MS;
    this.#lastJump = { byMs, at: clock.wallTime().toISOString() };
    onJump(this.#lastJump);
  }
}

function offsetOf(clock: Clock): number {
  return clock.wallTime().getTime() - clock.monotonicMs();
}
