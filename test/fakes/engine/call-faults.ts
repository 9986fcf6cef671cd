// What goes wrong in a call to the engine: planned for single calls, or drawn at a rate.
import type { Random } from '../../../lib/time/clock.ts';
import { pick } from '../random.ts';

/**
 * | fault | what happens | what the agent sees |
 * |---|---|---|
 * | unavailable | nothing | the engine cannot be reached |
 * | fail | nothing | an error as the answer |
 * | fail_after | what was asked | an error as the answer |
 * | lose | what was asked | the connection ends with no answer |
 * | hang | nothing | no answer, until the client's time-out or the engine's end |
 */
export type CallFault = 'unavailable' | 'fail' | 'fail_after' | 'lose' | 'hang';

/** A port's method, or for `carryOut` the step's kind. */
export type CallName = string;

/** An answer of the engine with an error status, in its own words. */
export interface EngineWords {
  readonly status: number;
  readonly message: string;
}

interface Planned {
  readonly matches: (call: CallName) => boolean;
  readonly fault: CallFault;
  left: number;
}

const KINDS: readonly [CallFault, ...CallFault[]] = ['unavailable', 'fail', 'fail_after', 'lose', 'hang'];

export class CallFaults {
  /** The share of calls that go wrong, from 0 to 1, on top of what is planned. */
  rate = 0;
  kinds: readonly [CallFault, ...CallFault[]] = KINDS;
  /** How much later than usual the engine's events come, at most. */
  lateEventsMs = 0;
  /** The share of the engine's events that never arrive, from 0 to 1. */
  lostEvents = 0;
  /** Faults that struck, by `CALL FAULT`. */
  readonly struck = new Map<string, number>();
  /** What the engine answers to each step of a kind instead of carrying it out. */
  readonly refusals = new Map<CallName, EngineWords>();
  readonly #planned: Planned[] = [];
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** The next `times` calls that fit go wrong. `call` is a name, or `*` for any. */
  plan(call: CallName, fault: CallFault, times = 1): void {
    this.#planned.push({ matches: (name) => call === '*' || call === name, fault, left: times });
  }

  clear(): void {
    this.#planned.length = 0;
    this.refusals.clear();
    this.rate = 0;
    this.lateEventsMs = 0;
    this.lostEvents = 0;
  }

  take(call: CallName): CallFault | null {
    const planned = this.#planned.find((entry) => entry.left > 0 && entry.matches(call));
    if (planned !== undefined) planned.left -= 1;
    const isDrawn = planned === undefined && this.rate > 0 && this.#random() < this.rate;
    const fault = planned?.fault ?? (isDrawn ? pick(this.#random, this.kinds) : null);
    if (fault !== null) {
      const key = `${call} ${fault}`;
      this.struck.set(key, (this.struck.get(key) ?? 0) + 1);
    }
    return fault;
  }
}
