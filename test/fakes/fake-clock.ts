// A clock that only moves when told to, for what would take minutes by the real one.
import type { Clock } from '../../lib/time/clock.ts';
import { AbortedSleeps } from './aborted-sleeps.ts';

interface Sleeper {
  readonly wakesAtMs: number;
  readonly wake: () => void;
}

export class FakeClock implements Clock {
  #nowMs = 0;
  readonly #sleepers = new Set<Sleeper>();
  readonly #abortedSleeps = new AbortedSleeps();

  monotonicMs(): number {
    return this.#nowMs;
  }

  wallTime(): Date {
    return new Date(Date.UTC(2026, 10, 23) + this.#nowMs);
  }

  get sleeperCount(): number {
    return this.#sleepers.size;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) {
      this.#abortedSleeps.note(signal);
      return Promise.resolve();
    }
    if (!(ms > 0)) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#sleepers.delete(sleeper);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper: Sleeper = { wakesAtMs: this.#nowMs + ms, wake };
      this.#sleepers.add(sleeper);
      signal.addEventListener('abort', wake);
    });
  }

  /** Moves on, waking sleepers in order; what they do next has happened when this resolves. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const [next] = [...this.#sleepers].sort((a, b) => a.wakesAtMs - b.wakesAtMs);
      if (next === undefined || next.wakesAtMs > endMs) break;
      this.#nowMs = Math.max(this.#nowMs, next.wakesAtMs);
      next.wake();
      await settle();
    }
    this.#nowMs = endMs;
    await settle();
  }
}

/** Lets promise chains and immediates run out. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
