// Cuts a failing run down: a shorter life, then fewer faults and acts, for as long as the same promise breaks.
import { type RunOptions, type RunResult, runSimulation } from './run.ts';

/** Runs that a shrinking may take: each is one more life. */
const MAX_TRIES = 150;
const HOUR_MS = 3_600_000;

/** The smallest failing run that was found; the one given, where nothing can be left out. */
export async function shrink(failed: RunResult): Promise<RunResult> {
  const shrinking = new Shrinking(failed);
  await shrinking.shorten();
  await shrinking.thinOut();
  await shrinking.shorten();
  return shrinking.best;
}

class Shrinking {
  best: RunResult;
  #tries = 0;

  constructor(failed: RunResult) {
    this.best = failed;
  }

  /** Ends the life right after the failure: what was still to come has no part in it. */
  async shorten(): Promise<void> {
    const { violation, hours } = this.best;
    const untilFailureHours = Math.ceil((violation?.atMs ?? 0) / HOUR_MS);
    const ids = this.best.agenda.map(({ id }) => id);
    for (const shorter of [untilFailureHours, Math.ceil(hours / 2)])
      if (shorter < hours && (await this.#try({ ...this.best.options, hours: shorter, only: ids }))) return;
  }

  /** Leaves out halves, then quarters, down to single ones, each time from the end. */
  async thinOut(): Promise<void> {
    let size = Math.ceil(this.best.agenda.length / 2);
    while (size >= 1) {
      const hasLeftOut = await this.#leaveOutChunks(size);
      if (size === 1 && !hasLeftOut) return;
      size = Math.max(1, Math.floor(size / 2));
    }
  }

  async #leaveOutChunks(size: number): Promise<boolean> {
    let hasLeftOut = false;
    for (let end = this.best.agenda.length; end > 0; end -= size) {
      const ids = this.best.agenda.map(({ id }) => id);
      const only = [...ids.slice(0, Math.max(0, end - size)), ...ids.slice(end)];
      if (only.length === ids.length) continue;
      if (await this.#try({ ...this.best.options, hours: this.best.hours, only })) hasLeftOut = true;
    }
    return hasLeftOut;
  }

  async #try(options: RunOptions): Promise<boolean> {
    if (this.#tries >= MAX_TRIES) return false;
    this.#tries += 1;
    const result = await runSimulation(this.best.seed, options);
    if (result.violation?.promise !== this.best.violation?.promise) return false;
    this.best = result;
    return true;
  }
}
