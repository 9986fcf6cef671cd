// Pulls with a note of what they brought, so that what the agent pulled can be told for ever from what was here.
import type { Engine, PullOptions, PullOutcome } from '../ports/engine.ts';
import { type PullNotes, StoreBlocked } from '../ports/store.ts';

/** What a pull asks of an engine. */
export type PullingEngine = Pick<Engine, 'inspectImage' | 'pullImage'>;

const GIVEN_UP: PullOutcome = { ok: false, code: 'aborted', message: 'given up', isTransient: true };

export class NotedPulls implements PullingEngine {
  readonly #engine: PullingEngine;
  readonly #notes: PullNotes;
  readonly #onFatal: (error: unknown) => void;
  readonly #underWay = new Set<string>();
  #isClosed = false;

  /** Nobody waits for a pull who could take what the notes throw, so `onFatal` gets it. */
  constructor(engine: PullingEngine, notes: PullNotes, onFatal: (error: unknown) => void) {
    this.#engine = engine;
    this.#notes = notes;
    this.#onFatal = onFatal;
  }

  /** References that are being pulled now. */
  get underWay(): ReadonlySet<string> {
    return this.#underWay;
  }

  inspectImage(reference: string): ReturnType<Engine['inspectImage']> {
    return this.#engine.inspectImage(reference);
  }

  /** As the engine's. Noted before it begins, so that no crash makes an image of ours a stranger's. */
  async pullImage(reference: string, options: PullOptions): Promise<PullOutcome> {
    const before = await this.#engine.inspectImage(reference);
    if (options.signal.aborted) return GIVEN_UP;
    // With no note what comes is never removed: it cannot be told from what was here.
    if (before.kind === 'unreadable') return this.#engine.pullImage(reference, options);
    const refusal = this.#begin(reference, before.kind === 'here' ? before.id : null);
    if (refusal !== null) return refusal;
    this.#underWay.add(reference);
    let isOk = false;
    try {
      const outcome = await this.#engine.pullImage(reference, options);
      isOk = outcome.ok;
      return outcome;
    } finally {
      this.#underWay.delete(reference);
      // After a failure, what is here came by another hand while the pull failed.
      this.#settle(reference, isOk ? await this.#idOf(reference) : null);
    }
  }

  /** Settles what a crash left open: the image came in between, or did not. Rejects as the engine does. */
  async settleInterrupted(): Promise<void> {
    for (const reference of this.#notes.openPulls()) {
      const id = await this.#idOf(reference);
      if (!this.#underWay.has(reference)) this.#settle(reference, id);
    }
  }

  /** From now on nothing is noted; what is still open the next start settles. */
  close(): void {
    this.#isClosed = true;
  }

  /** `null` when it may begin. */
  #begin(reference: string, beforeId: string | null): PullOutcome | null {
    try {
      this.#notes.beginPull(reference, beforeId);
      return null;
    } catch (error) {
      if (error instanceof StoreBlocked) return blocked(error);
      this.#onFatal(error);
      return GIVEN_UP;
    }
  }

  #settle(reference: string, imageId: string | null): void {
    if (this.#isClosed) return;
    try {
      this.#notes.endPull(reference, imageId);
    } catch (error) {
      this.#onFatal(error);
    }
  }

  async #idOf(reference: string): Promise<string | null> {
    const look = await this.#engine.inspectImage(reference);
    return look.kind === 'here' ? look.id : null;
  }
}

function blocked({ code, message, hint }: StoreBlocked): PullOutcome {
  return { ok: false, code, message, hint, isTransient: true };
}
