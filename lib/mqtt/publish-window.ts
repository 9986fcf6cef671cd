// What is on its way to the broker: a bounded number unacknowledged, a bounded number behind them, and a watch
// for a broker that takes messages and acknowledges none.
import type { Tasks } from '../failures/tasks.ts';
import type { Clock } from '../time/clock.ts';
import { type BrokerAnswer, UNANSWERED } from './answer.ts';

export interface PublishWindowOptions<Message> {
  /** How many may be unacknowledged at a time, as far as the broker has told by now. */
  readonly limit: () => number;
  readonly clock: Clock;
  readonly tasks: Tasks;
  /** Hands one message to the broker; `settle` may be called late, twice or never. */
  readonly send: (message: Message, settle: Settle) => void;
  /** Messages are on their way, and for two minutes none was acknowledged. */
  readonly onStall: () => void;
}

const MAX_WAITING = 64;
const FULL = `${MAX_WAITING} messages wait already`;
/** Between two acknowledgements; the largest payload (120 KiB) takes a minute at 2 kB/s. */
export const STALL_MS = 120_000;

type Settle = (answer: BrokerAnswer) => void;

export class PublishWindow<Message> {
  readonly #options: PublishWindowOptions<Message>;
  readonly #inFlight = new Set<Settle>();
  readonly #waiting: { readonly message: Message; readonly resolve: Settle }[] = [];
  readonly #closing = new AbortController();
  #lastProgressMs = 0;
  #isWatching = false;

  constructor(options: PublishWindowOptions<Message>) {
    this.#options = options;
  }

  /** Granted once acknowledged; not when refused, when the window closes first or when too many wait. */
  publish(message: Message): Promise<BrokerAnswer> {
    if (this.#closing.signal.aborted) return Promise.resolve(UNANSWERED);
    if (this.#waiting.length >= MAX_WAITING) return Promise.resolve({ ok: false, error: new Error(FULL) });
    return new Promise((resolve) => {
      this.#waiting.push({ message, resolve });
      this.#fill();
    });
  }

  /** As `publish`, before all that waits: that goes unanswered now. */
  publishLast(message: Message): Promise<BrokerAnswer> {
    this.#dropWaiting();
    return this.publish(message);
  }

  /** All that is under way goes unanswered now. */
  close(): void {
    this.#closing.abort();
    for (const settle of [...this.#inFlight]) settle(UNANSWERED);
    this.#dropWaiting();
  }

  #dropWaiting(): void {
    for (const { resolve } of this.#waiting.splice(0)) resolve(UNANSWERED);
  }

  #fill(): void {
    while (this.#inFlight.size < this.#options.limit() && !this.#closing.signal.aborted) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#send(next.message, next.resolve);
    }
  }

  #send(message: Message, resolve: Settle): void {
    const settle: Settle = (answer) => {
      if (!this.#inFlight.delete(settle)) return;
      this.#lastProgressMs = this.#options.clock.monotonicMs();
      resolve(answer);
      this.#fill();
    };
    if (this.#inFlight.size === 0) this.#lastProgressMs = this.#options.clock.monotonicMs();
    this.#inFlight.add(settle);
    this.#options.send(message, settle);
    if (!this.#isWatching) this.#options.tasks.run(this.#watch());
  }

  async #watch(): Promise<void> {
    const { clock, onStall } = this.#options;
    const { signal } = this.#closing;
    this.#isWatching = true;
    while (this.#inFlight.size > 0 && !signal.aborted) {
      const leftMs = this.#lastProgressMs + STALL_MS - clock.monotonicMs();
      if (leftMs <= 0) {
        onStall();
        break;
      }
      await clock.sleep(leftMs, signal);
    }
    this.#isWatching = false;
  }
}
