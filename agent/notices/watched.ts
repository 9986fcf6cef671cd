// A value that one room writes and others watch.

/** Hears of each new value. Must not throw: whoever writes has done its part. */
export type Watcher<T> = (now: T, before: T) => void;

export class Watched<T> {
  #value: T;
  readonly #watchers = new Set<Watcher<T>>();

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  /** Tells it, before it returns, to all who watch, in the order in which they began. */
  set(value: T): void {
    const before = this.#value;
    this.#value = value;
    for (const watcher of this.#watchers) watcher(value, before);
  }

  /** Hears from the next value on, for as long as the agent runs. */
  watch(watcher: Watcher<T>): void {
    this.#watchers.add(watcher);
  }
}
