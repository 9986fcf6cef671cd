// Finds the loop that forgets to look at its signal: it would sleep on it for ever, and nothing else would run.
const MOST = 100;

export class AbortedSleeps {
  readonly #counts = new WeakMap<AbortSignal, number>();

  /** A sleep was asked for with a signal that is aborted. */
  note(signal: AbortSignal): void {
    const count = (this.#counts.get(signal) ?? 0) + 1;
    this.#counts.set(signal, count);
    if (count > MOST) throw new Error('a loop sleeps on a signal that is aborted, again and again');
  }
}
