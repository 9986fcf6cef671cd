// One life of the agent's process: its edges go dead with it, so that what it left half done stays so.

import type { Store } from '../../agent/ports/store.ts';
import type { Clock } from '../../lib/time/clock.ts';
import type { EntryKind, VirtualClock } from './virtual-clock.ts';

/** Thrown out of a store that died with its process; nothing is to be read into it. */
class ProcessGone extends Error {
  override readonly name = 'ProcessGone';
}

/** The longest of the sleeps that come again and again while nothing happens. */
const PULSE_MS = 15 * 60_000;

/** What comes to a process from outside has to pass here, as one that does not run takes nothing in. */
export interface Gate {
  /** Calls back at once, or once the process runs again. */
  admit(fire: () => void): void;
}

export const OPEN_GATE: Gate = { admit: (fire) => fire() };

export function passed(gate: Gate): Promise<void> {
  return new Promise((resolve) => gate.admit(resolve));
}

/** The world's clock as one process sees it: its monotonic time starts anew, and no sleep outlives it. */
export class ProcessClock implements Clock, Gate {
  readonly #world: VirtualClock;
  readonly #bornMs: number;
  /** Takes back what is slept for. */
  readonly #sleeps = new Set<() => void>();
  /** What came due or arrived while the process did not run, in that order; `null` while it runs. */
  #late: (() => void)[] | null = null;
  #isGone = false;

  constructor(world: VirtualClock) {
    this.#world = world;
    this.#bornMs = world.monotonicMs();
  }

  monotonicMs(): number {
    return this.#world.monotonicMs() - this.#bornMs;
  }

  wallTime(): Date {
    return this.#world.wallTime();
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return this.#sleep(ms, signal, ms <= PULSE_MS ? 'pulse' : 'event');
  }

  /** The same clock for what comes again and again, however seldom. */
  get idle(): Clock {
    return {
      monotonicMs: () => this.monotonicMs(),
      wallTime: () => this.wallTime(),
      sleep: (ms, signal) => this.#sleep(ms, signal, 'pulse'),
    };
  }

  #sleep(ms: number, signal: AbortSignal, kind: EntryKind): Promise<void> {
    return new Promise((resolve) => {
      if (this.#isGone) return;
      if (signal.aborted || !(ms > 0)) return resolve();
      const end = (): void => {
        cancel();
        this.#sleeps.delete(cancel);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const due = (): void => this.admit(end);
      const cancel = this.#world.schedule(ms, due, kind);
      this.#sleeps.add(cancel);
      signal.addEventListener('abort', end);
    });
  }

  get isFrozen(): boolean {
    return this.#late !== null;
  }

  /** The process does not run for so long: all that comes due or arrives meanwhile is late, and comes in order. */
  freeze(ms: number, onThaw: () => void): void {
    this.#late ??= [];
    this.#world.schedule(ms, () => {
      const late = this.#late ?? [];
      this.#late = null;
      if (this.#isGone) return;
      onThaw();
      for (const fire of late) this.#world.schedule(0, () => this.admit(fire));
    });
  }

  admit(fire: () => void): void {
    if (this.#isGone) return;
    if (this.#late === null) fire();
    else this.#late.push(fire);
  }

  drop(): void {
    this.#isGone = true;
    for (const cancel of this.#sleeps) cancel();
    this.#sleeps.clear();
  }
}

export interface ProcessStore extends Store {
  /** From now on every call throws. */
  drop(): void;
}

const WRITES: ReadonlySet<string> = new Set([
  'acceptDocument',
  'writeRefusal',
  'writeRecord',
  'noteRemoved',
  'beginPull',
  'endPull',
  'writeImageAges',
  'forgetImage',
  'beginCommand',
  'answerCommand',
  'markReplyDelivered',
  'appendEvents',
  'holdEvent',
  'writeHeldEvents',
  'acknowledgeEvents',
  'nextStatusSeq',
  'saveStatus',
  'markStatusDelivered',
  'writeRetainedTopics',
]);

/** A store that tells of each write once it is durable, and can be told to fail or to die. */
export function processStore(
  store: Store,
  hooks: {
    /** Before a write; may throw what the write is to throw. */
    readonly beforeWrite: (name: string) => void;
    readonly afterWrite: (name: string, values: readonly unknown[]) => void;
  },
): ProcessStore {
  let isGone = false;
  const drop = (): void => {
    isGone = true;
  };
  const guard = {
    get(target: Store, name: string): unknown {
      if (name === 'drop') return drop;
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return (...values: unknown[]): unknown => {
        if (isGone) throw new ProcessGone(`${name} after the end`);
        if (WRITES.has(name)) hooks.beforeWrite(name);
        const result: unknown = method.apply(target, values);
        if (WRITES.has(name)) hooks.afterWrite(name, values);
        if (isGone) throw new ProcessGone(`the end came with ${name}`);
        return result;
      };
    },
  };
  // A proxy of a Store with `drop` added by the trap above: TypeScript cannot see the trap.
  return new Proxy(store, guard as ProxyHandler<Store>) as ProcessStore;
}
