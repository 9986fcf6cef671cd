// What the page shows now: asked of the agent once for all who look at the same moment.
// Tested in test/agent/doors/page/page.test.ts.
import type { Clock } from '../../../lib/time/clock.ts';
import type { Operation } from '../../../protocol/operations/operation.ts';
import type { Offers, Outcome } from '../../operations/offer.ts';
import type { PageView } from './html/fragments.ts';

/** So old an answer will do: less than a page waits between two looks. */
const FRESH_MS = 500;

export interface GlanceOptions {
  readonly clock: Clock;
  readonly offers: Pick<Offers, 'status' | 'why'>;
  /** What can be asked with the `holdfast` command. */
  readonly operations: readonly Operation[];
  /** Aborts when the page is closed. */
  readonly signal: AbortSignal;
}

export class Glance {
  readonly #options: GlanceOptions;
  #last: Promise<PageView> | null = null;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(options: GlanceOptions) {
    this.#options = options;
  }

  look(): Promise<PageView> {
    const nowMs = this.#options.clock.monotonicMs();
    if (this.#last !== null && nowMs - this.#lastMs < FRESH_MS) return this.#last;
    this.#lastMs = nowMs;
    this.#last = this.#ask();
    return this.#last;
  }

  async #ask(): Promise<PageView> {
    const { clock, offers, operations, signal } = this.#options;
    const [status, findings] = await Promise.all([
      offers.status.ask({}, signal).then(answerOf),
      offers.why.ask({}, signal).then(answerOf),
    ]);
    return { status, findings, operations, now: clock.wallTime() };
  }
}

function answerOf<T>(outcome: Outcome<T> | { readonly kind: 'invalid' }): T {
  if (outcome.kind === 'done') return outcome.answer;
  throw new Error(`the agent gave no answer: ${outcome.kind}`);
}
