// What may go wrong with a round, and how long the next one waits for it: backed off by kind, and never final.
// Tested in test/agent/whole/engine-absence.test.ts.
import { type BackOff, type BackOffLimits, drawDelay, startBackOff } from '../../lib/time/back-off.ts';
import type { Random } from '../../lib/time/clock.ts';

export type Setback = 'engine' | 'store' | 'step' | 'fault';

const LIMITS: Readonly<Record<Setback, BackOffLimits>> = {
  /** The engine is away: soon at first, as it mostly restarts. */
  engine: { baseMs: 500, capMs: 10_000 },
  /** The disk of the store takes nothing. */
  store: { baseMs: 1000, capMs: 30_000 },
  /** A step failed: a service's history holds it back, but nothing slows those of networks and volumes. */
  step: { baseMs: 500, capMs: 30_000 },
  /** A fault of the agent itself: soon at first, as it may pass; then hourly, as most do not. */
  fault: { baseMs: 1000, capMs: 60 * 60_000 },
};

export class Setbacks {
  readonly #random: Random;
  readonly #backOffs = new Map<Setback, BackOff>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** One more in a row; the wait before the next round. */
  note(setback: Setback): number {
    const backOff = this.#backOffs.get(setback) ?? startBackOff(LIMITS[setback]);
    const { delayMs, next } = drawDelay(backOff, this.#random);
    this.#backOffs.set(setback, next);
    return delayMs;
  }

  inRow(setback: Setback): number {
    return this.#backOffs.get(setback)?.failures ?? 0;
  }

  /** It is over. */
  forget(setback: Setback): void {
    this.#backOffs.delete(setback);
  }
}
