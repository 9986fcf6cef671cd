// Topics that the broker's rules keep from this device: remembered for the technician, and left alone for a
// while, since whoever reports tries again every second and each try is bytes on a line that may be dear.
import { type BackOff, drawDelay, startBackOff } from '../../lib/time/back-off.ts';
import type { Clock, Random } from '../../lib/time/clock.ts';

/** As many as a person would read; each deployment's status has a topic of its own. */
export const MAX_DENIED_TOPICS = 50;
const HOLD = startBackOff({ baseMs: 60_000, capMs: 600_000 });

interface Denial {
  readonly backOff: BackOff;
  readonly heldUntilMs: number;
}

export class DeniedTopics {
  readonly #clock: Clock;
  readonly #random: Random;
  /** The oldest denial first. */
  readonly #denials = new Map<string, Denial>();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  note(topic: string): void {
    const { delayMs, next } = drawDelay(this.#denials.get(topic)?.backOff ?? HOLD, this.#random);
    this.#denials.delete(topic);
    this.#denials.set(topic, { backOff: next, heldUntilMs: this.#clock.monotonicMs() + delayMs });
    const [oldest] = this.#denials.keys();
    if (this.#denials.size > MAX_DENIED_TOPICS && oldest !== undefined) this.#denials.delete(oldest);
  }

  /** It was taken after all, so the rules were changed. */
  forget(topic: string): void {
    this.#denials.delete(topic);
  }

  /** On a new connection each is tried again. */
  forgetAll(): void {
    this.#denials.clear();
  }

  isHeldBack(topic: string): boolean {
    const denial = this.#denials.get(topic);
    return denial !== undefined && this.#clock.monotonicMs() < denial.heldUntilMs;
  }

  topics(): string[] {
    return [...this.#denials.keys()];
  }
}
