// Whether the agent gets on: the reports go round, each loop turns, and the store is where it was. The watchdog hears of no
// other sign of life.

export interface ProgressOptions {
  /** Throws where the directory was replaced under the agent. */
  readonly store: { verifyPlace(): void };
  /** Those that look again and again, in order. */
  readonly looks: readonly { look(): void }[];
  readonly loops: { isAlive(): boolean };
  /** The agent gets on. */
  readonly onProgress: () => void;
}

export class Progress {
  readonly #options: ProgressOptions;

  constructor(options: ProgressOptions) {
    this.#options = options;
  }

  /** The reports have gone round once. Throws what ends the agent. */
  turned(): void {
    const { store, looks, loops, onProgress } = this.#options;
    store.verifyPlace();
    for (const one of looks) one.look();
    if (loops.isAlive()) onProgress();
  }
}
