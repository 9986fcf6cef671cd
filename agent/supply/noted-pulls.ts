// Pulls with a note of what they brought, so that what the agent pulled can be told for ever from what was here.
// Tested in test/agent/supply/image-collector.test.ts.
import type { Want } from '../model/want.ts';
import type { Engine } from '../ports/engine.ts';
import { type PullNotes, StoreBlocked } from '../ports/store.ts';
import type { PullOptions, PullOutcome, Supplier } from '../ports/supplier.ts';

export interface NotedPullsOptions {
  readonly supplier: Supplier;
  /** Where what a pull brings is looked for. */
  readonly engine: Pick<Engine, 'inspectImage'>;
  readonly notes: PullNotes;
  /** Takes what the notes throw: nobody waits for a pull who could. */
  readonly onFatal: (error: unknown) => void;
}

const GIVEN_UP: PullOutcome = { ok: false, code: 'aborted', message: 'given up' };

export class NotedPulls implements Supplier {
  readonly #options: NotedPullsOptions;
  readonly #underWay = new Set<string>();
  #isClosed = false;

  constructor(options: NotedPullsOptions) {
    this.#options = options;
  }

  /** References that are being pulled now. */
  get underWay(): ReadonlySet<string> {
    return this.#underWay;
  }

  /** As the supplier's. Noted before it begins, so that no crash makes an image of ours a stranger's. */
  async pull(want: Want, options: PullOptions): Promise<PullOutcome> {
    const { supplier, engine } = this.#options;
    const { reference } = want;
    const before = await engine.inspectImage(reference);
    if (options.signal.aborted) return GIVEN_UP;
    // With no note what comes is never removed: it cannot be told from what was here.
    if (before.kind === 'unreadable') return supplier.pull(want, options);
    const refusal = this.#begin(reference, before.kind === 'here' ? before.id : null);
    if (refusal !== null) return refusal;
    this.#underWay.add(reference);
    let isOk = false;
    try {
      const outcome = await supplier.pull(want, options);
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
    for (const reference of this.#options.notes.openPulls()) {
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
      this.#options.notes.beginPull(reference, beforeId);
      return null;
    } catch (error) {
      if (error instanceof StoreBlocked) return blocked(error);
      this.#options.onFatal(error);
      return GIVEN_UP;
    }
  }

  #settle(reference: string, imageId: string | null): void {
    if (this.#isClosed) return;
    try {
      this.#options.notes.endPull(reference, imageId);
    } catch (error) {
      this.#options.onFatal(error);
    }
  }

  async #idOf(reference: string): Promise<string | null> {
    const look = await this.#options.engine.inspectImage(reference);
    return look.kind === 'here' ? look.id : null;
  }
}

function blocked({ code, message, hint }: StoreBlocked): PullOutcome {
  return { ok: false, code, message, hint };
}
