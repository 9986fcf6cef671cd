// The engine's restart policies, after moby's `restartmanager/restartmanager.go`.

const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 60_000;
/** A run this long makes the next delay the first again. */
const GOOD_RUN_MS = 10_000;

export interface ExitFacts {
  readonly exitCode: number;
  readonly ranForMs: number;
  readonly isManuallyStopped: boolean;
  /** Restarts by the policy since the last start through the API. */
  readonly restartCount: number;
}

export class RestartPolicy {
  /** As the engine writes it: `no`, `always`, `unless-stopped`, `on-failure` or `on-failure:3`. */
  text: string;
  #delayMs = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** A start through the API forgets how often it failed before. */
  reset(): void {
    this.#delayMs = 0;
  }

  /** How long until the engine starts it again; `null` when it does not. */
  nextStartInMs(exit: ExitFacts): number | null {
    if (exit.ranForMs >= GOOD_RUN_MS) this.#delayMs = 0;
    this.#delayMs = Math.min(MAX_DELAY_MS, this.#delayMs === 0 ? FIRST_DELAY_MS : this.#delayMs * 2);
    return this.#wantsRestart(exit) ? this.#delayMs : null;
  }

  #wantsRestart({ exitCode, isManuallyStopped, restartCount }: ExitFacts): boolean {
    const [name, limit] = this.text.split(':');
    switch (name) {
      case 'always':
      case 'unless-stopped':
        return !isManuallyStopped;
      case 'on-failure':
        return exitCode !== 0 && !isManuallyStopped && (limit === undefined || restartCount < Number(limit));
      default:
        return false;
    }
  }
}
