// Work that nobody awaits has an owner all the same: what it rejects with is heard. The linter refuses `void`, which
// would pass it over, and an unhandled rejection ends the process.

export class Tasks {
  readonly #onFailure: (error: unknown) => void;
  readonly #running = new Set<Promise<void>>();

  /** `onFailure` gets what any of the work rejects with; it must not throw. */
  constructor(onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure;
  }

  run(work: Promise<unknown>): void {
    const owned = work.then(() => undefined, this.#onFailure).finally(() => this.#running.delete(owned));
    this.#running.add(owned);
  }

  /** Resolves when all work has ended, also what it has begun itself. Never rejects. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}
