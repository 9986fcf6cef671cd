// What a disk that takes nothing makes wait: writes that nothing acts upon, kept in memory until it does again.
// Tested in test/agent/store/sqlite-store.test.ts.
import { StoreBlocked } from '../ports/store.ts';

/** Of strangers' names there may be any number; the oldest go. */
const MAX_HELD = 500;

interface HeldWrite<T> {
  readonly value: T;
  readonly write: () => void;
}

export class HeldWrites<T = unknown> {
  readonly #held = new Map<string, HeldWrite<T>>();

  /** Writes, after all that is held; where the disk does not take it, it is held, in the place of what had the same key. */
  write(key: string, value: T, write: () => void): void {
    try {
      this.flush();
      write();
    } catch (error) {
      if (!(error instanceof StoreBlocked)) throw error;
      this.#held.delete(key);
      this.#held.set(key, { value, write });
      const [oldest] = this.#held.keys();
      if (this.#held.size > MAX_HELD && oldest !== undefined) this.#held.delete(oldest);
    }
  }

  /** Writes what is held, the oldest first. Throws `StoreBlocked`, with what is left still held. */
  flush(): void {
    for (const [key, { write }] of this.#held) {
      write();
      this.#held.delete(key);
    }
  }

  /** Writes what is held, as far as the disk takes it. */
  tryFlush(): void {
    try {
      this.flush();
    } catch (error) {
      if (!(error instanceof StoreBlocked)) throw error;
    }
  }

  has(key: string): boolean {
    return this.#held.has(key);
  }

  get(key: string): T | undefined {
    return this.#held.get(key)?.value;
  }

  values(): T[] {
    return [...this.#held.values()].map(({ value }) => value);
  }
}
