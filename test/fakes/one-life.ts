// One life of the agent's process: its edges go dead with it, so that what it left half done stays so.
import type { Clock } from '../../agent/ports/clock.ts';
import type { Store } from '../../agent/ports/store.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** Thrown out of a store that died with its process; nothing is to be read into it. */
class ProcessGone extends Error {
  override readonly name = 'ProcessGone';
}

/** The longest of the sleeps that come again and again while nothing happens. */
const PULSE_MS = 15 * 60_000;

/** The world's clock as one process sees it: its monotonic time starts anew, and no sleep outlives it. */
export class ProcessClock implements Clock {
  readonly #world: VirtualClock;
  readonly #bornMs: number;
  readonly #gone = new AbortController();

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

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    // With a reason, as the default one is an error with its stack: dear, and nobody reads it.
    const end = (): void => over.abort('over');
    signal.addEventListener('abort', end);
    this.#gone.signal.addEventListener('abort', end);
    if (!signal.aborted) await this.#world.sleep(ms, over.signal, ms <= PULSE_MS ? 'pulse' : 'event');
    signal.removeEventListener('abort', end);
    this.#gone.signal.removeEventListener('abort', end);
    if (this.#gone.signal.aborted) await new Promise(() => undefined);
  }

  drop(): void {
    this.#gone.abort();
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
