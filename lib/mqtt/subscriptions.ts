// What the device listens to at its broker. Each filter is asked for until it is granted, and then again now and
// then, as each SUBSCRIBE brings the retained documents anew: a broker drops what its queue for a client has no room
// for, and tells nobody.
//
// | a filter                                    | is asked for again                                            |
// |---------------------------------------------|---------------------------------------------------------------|
// | refused                                     | after 5 s at most, then up to 10 min apart                    |
// | granted                                     | after 45 to 90 min                                            |
// | granted, and a burst of messages came since | after 1 min at most; as bursts go on, later, up to 1 h apart  |

import type { Tasks } from '../failures/tasks.ts';
import type { Logger } from '../program/logger.ts';
import { type BackOff, nextCeilingMs, startBackOff } from '../time/back-off.ts';
import type { Clock, Random } from '../time/clock.ts';
import { Waker } from '../time/waker.ts';

const REFUSED = startBackOff({ baseMs: 5000, capMs: 600_000 });
/** At most, and half of it at least. */
const READ_AGAIN_MS = 90 * 60_000;
const READ_EARLY = startBackOff({ baseMs: 60_000, capMs: 60 * 60_000 });
/** Within a minute. Mosquitto has so many under way to a client of 3.1.1, and may have dropped what came behind them. */
const BURST_MESSAGES = 20;
const BURST_MS = 60_000;

export interface SubscriptionsOptions {
  readonly filters: readonly string[];
  /** Sends one SUBSCRIBE and tells whether it was granted. Never rejects. */
  readonly subscribe: (filter: string) => Promise<boolean>;
  readonly clock: Clock;
  readonly tasks: Tasks;
  readonly random: Random;
  readonly logger: Logger;
  /** Aborted when the connection is over. */
  readonly signal: AbortSignal;
}

interface Subscription {
  readonly filter: string;
  /** `null` before the first answer. */
  isGranted: boolean | null;
  refusals: BackOff;
  earlyReadings: BackOff;
  hasBurst: boolean;
  /** When it is asked for again, monotonic. */
  dueMs: number;
}

export class Subscriptions {
  readonly #options: SubscriptionsOptions;
  readonly #subscriptions: readonly Subscription[];
  readonly #waker: Waker;
  /** Messages since a moment. */
  #count = 0;
  #countedSinceMs = Number.NEGATIVE_INFINITY;

  constructor(options: SubscriptionsOptions) {
    this.#options = options;
    this.#waker = new Waker(options.clock);
    this.#subscriptions = options.filters.map((filter) => ({
      ...{ filter, isGranted: null, hasBurst: false },
      ...{ refusals: REFUSED, earlyReadings: READ_EARLY, dueMs: Number.POSITIVE_INFINITY },
    }));
  }

  /** Those that the broker refuses now. */
  refused(): string[] {
    return this.#subscriptions.filter(({ isGranted }) => isGranted === false).map(({ filter }) => filter);
  }

  /** Asks for each once; resolves with the last answer. */
  async open(): Promise<void> {
    await Promise.all(this.#subscriptions.map((subscription) => this.#ask(subscription)));
  }

  /** Asks for each again and again, until the connection is over. Never rejects. */
  async keep(): Promise<void> {
    const { clock, signal } = this.#options;
    while (!signal.aborted) {
      const nowMs = clock.monotonicMs();
      const due = this.#subscriptions.filter(({ dueMs }) => dueMs <= nowMs);
      // Not one after the other: one that is never answered holds up no other.
      for (const subscription of due) this.#options.tasks.run(this.#ask(subscription));
      const nextMs = Math.min(...this.#subscriptions.map(({ dueMs }) => dueMs));
      await this.#waker.wait(nextMs - nowMs, signal);
    }
  }

  /** A message came in. */
  noteMessage(): void {
    const nowMs = this.#options.clock.monotonicMs();
    if (nowMs - this.#countedSinceMs >= BURST_MS) {
      this.#countedSinceMs = nowMs;
      this.#count = 0;
    }
    this.#count += 1;
    if (this.#count !== BURST_MESSAGES + 1) return;
    for (const subscription of this.#subscriptions) this.#readEarly(subscription, nowMs);
  }

  #readEarly(subscription: Subscription, nowMs: number): void {
    if (subscription.isGranted === false || subscription.hasBurst) return;
    subscription.hasBurst = true;
    const earlyMs = nowMs + this.#spread(nextCeilingMs(subscription.earlyReadings));
    subscription.dueMs = Math.min(subscription.dueMs, earlyMs);
    this.#waker.wake();
  }

  async #ask(subscription: Subscription): Promise<void> {
    const { subscribe, logger, signal } = this.#options;
    const { filter, isGranted: wasGranted } = subscription;
    // Before the answer, as a burst can come before it too.
    this.#planReading(subscription);
    const isGranted = await subscribe(filter);
    // The end of the connection answers all with a refusal.
    if (signal.aborted) return;
    subscription.isGranted = isGranted;
    if (isGranted) subscription.refusals = REFUSED;
    else this.#planRetry(subscription);
    if (wasGranted === null || wasGranted === isGranted) return;
    if (isGranted) logger.info({ filter }, 'the broker grants a subscription that it refused');
    else logger.warn({ filter }, 'the broker refuses a subscription that it granted');
  }

  #planReading(subscription: Subscription): void {
    const { earlyReadings, hasBurst } = subscription;
    const { failures } = earlyReadings;
    subscription.earlyReadings = hasBurst ? { ...earlyReadings, failures: failures + 1 } : READ_EARLY;
    subscription.hasBurst = false;
    subscription.dueMs = this.#options.clock.monotonicMs() + this.#spread(READ_AGAIN_MS);
  }

  #planRetry(subscription: Subscription): void {
    const { refusals } = subscription;
    subscription.refusals = { ...refusals, failures: refusals.failures + 1 };
    subscription.hasBurst = false;
    subscription.dueMs = this.#options.clock.monotonicMs() + this.#spread(nextCeilingMs(refusals));
    this.#waker.wake();
  }

  /** Drawn from the upper half, so that a fleet does not ask all at once. */
  #spread(mostMs: number): number {
    return Math.ceil((mostMs * (1 + this.#options.random())) / 2);
  }
}
