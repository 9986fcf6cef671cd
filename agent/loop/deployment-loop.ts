// One deployment's loop: observe → decide → record the intent → apply → record the outcome → report → wait.
import { drawDelay, startBackOff } from '../lib/back-off.ts';
import { Waker } from '../lib/waker.ts';
import { type Engine, EngineUnavailable } from '../ports/engine.ts';
import type { Logger } from '../ports/logger.ts';
import { type AcceptedRevision, StoreBlocked } from '../ports/store.ts';
import { chooseDocument } from '../reconcile/choose-document.ts';
import { decide } from '../reconcile/decide.ts';
import { keepsHold } from '../reconcile/gate.ts';
import { recognise } from '../reconcile/identity.ts';
import type { Observed } from '../reconcile/observed.ts';
import { recordOutcomes, type StepResult } from '../reconcile/outcomes.ts';
import { type DeploymentRecord, EMPTY_RECORD, resumeAfterStall, resumeRecord } from '../reconcile/record.ts';
import { withRetry } from '../reconcile/retry.ts';
import type { Decision, Revision, Situation } from '../reconcile/situation.ts';
import { statusOf, statusUnreadable, statusWithoutEngine, statusWithoutStore } from '../reconcile/status.ts';
import type { Reporter } from '../report/reporter.ts';
import { eventsOf } from './events-of.ts';
import { Journal } from './journal.ts';
import { type SituationContext, SituationReader } from './situation-reader.ts';

/** Even when no event says so the engine is looked at this often: events can be lost. */
const SAFETY_PASS_MS = 30_000;
/** Where the engine is away: soon at first, as it mostly restarts. */
const ENGINE_AWAY = { baseMs: 500, capMs: 10_000 };
/** Where the disk of the store takes nothing. */
const STORE_BLOCKED = { baseMs: 1000, capMs: 30_000 };
/** Where a step failed: a service's history holds it back, but nothing slows those of networks and volumes. */
const STEP_FAILED = { baseMs: 500, capMs: 30_000 };

export interface LoopContext extends SituationContext {
  readonly engine: Engine;
  readonly logger: Logger;
  readonly reporter: Reporter;
  readonly groups: readonly string[];
  /** When the process last ran again after it had stood still, monotonic. */
  readonly lastStallMs: () => number;
  /** The engine answered, or did not. */
  readonly onEngine: (trouble: EngineUnavailable | null) => void;
}

export class DeploymentLoop {
  readonly name: string;
  readonly #context: LoopContext;
  readonly #onRemoved: () => void;
  readonly #reader: SituationReader;
  readonly #journal: Journal;
  readonly #waker: Waker;
  readonly #abort = new AbortController();
  #record: DeploymentRecord;
  /** The same as JSON, to see a change by. */
  #recordText: string;
  /** When the present round began, monotonic; `null` while it waits. Tells a loop that hangs. */
  #busySinceMs: number | null = null;
  #engineBackOff = startBackOff(ENGINE_AWAY);
  #stepBackOff = startBackOff(STEP_FAILED);
  #storeBackOff = startBackOff(STORE_BLOCKED);
  /** The end of the last stall that was allowed for, monotonic. */
  #stalledMs: number;
  #isResumed = false;
  #isRetryAsked = false;

  /** `onRemoved` is called when nothing is left of the deployment and nothing more will be done: the loop has ended. */
  constructor(name: string, context: LoopContext, onRemoved: () => void) {
    this.name = name;
    this.#context = context;
    this.#onRemoved = onRemoved;
    this.#reader = new SituationReader(name, context);
    this.#journal = new Journal(name, context.logger);
    this.#waker = new Waker(context.clock);
    this.#stalledMs = context.lastStallMs();
    this.#record = context.store.readRecord(name) ?? EMPTY_RECORD;
    this.#recordText = JSON.stringify(this.#record);
  }

  /** Runs until `close`. Never rejects for what the engine or the network does, nor for a disk that takes nothing. */
  async run(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      this.#busySinceMs = this.#context.clock.monotonicMs();
      const waitMs = await this.#roundOrBackOff();
      this.#busySinceMs = null;
      await this.#waker.wait(waitMs, signal);
    }
  }

  wake(): void {
    this.#waker.wake();
  }

  /** Tries again what was barred or held back, from the next round on. */
  retry(): void {
    this.#isRetryAsked = true;
    this.#waker.wake();
  }

  /** How long the present round has taken, in milliseconds; 0 while it waits. */
  busyForMs(nowMs: number): number {
    return this.#busySinceMs === null ? 0 : nowMs - this.#busySinceMs;
  }

  close(): void {
    this.#abort.abort();
  }

  async #roundOrBackOff(): Promise<number> {
    try {
      const waitMs = await this.#round();
      this.#context.onEngine(null);
      this.#engineBackOff = startBackOff(ENGINE_AWAY);
      this.#storeBackOff = startBackOff(STORE_BLOCKED);
      return waitMs;
    } catch (error) {
      if (error instanceof StoreBlocked) return this.#waitForStore(error);
      if (!(error instanceof EngineUnavailable)) throw error;
      this.#context.onEngine(error);
      const { delayMs, next } = drawDelay(this.#engineBackOff, this.#context.random);
      this.#engineBackOff = next;
      return delayMs;
    }
  }

  async #round(): Promise<number> {
    const { puller, reporter } = this.#context;
    const document = this.#readAccepted();
    if (document === null) return SAFETY_PASS_MS;
    this.#resume();
    if (this.#isRetryAsked) this.#keep(withRetry(this.#record));
    this.#isRetryAsked = false;
    const desired = this.#reader.revision(document.hash);
    if (desired === null) return this.#leaveUnreadable(document);
    const lookedAtMs = this.#context.clock.monotonicMs();
    const observed = await this.#observe(document, desired);
    const seen = recognise({ deployment: this.name, record: this.#record, observed });
    const situation = this.#allowForStall(await this.#reader.read({ desired, ...seen, lookedAtMs }));
    const decision = decide(situation);
    const deadlineMs = situation.nowMs + (decision.deadlineInMs ?? Number.POSITIVE_INFINITY);
    this.#journal.noteHealth(decision.services);
    this.#keep(decision.record);
    this.#answerHold(desired, decision);
    puller.want(this.name, decision.wantedImages);
    reporter.reportStatus(this.name, document.source, statusOf(situation, decision));
    const results = await this.#apply(decision);
    if (results.length > 0) {
      this.#keep(recordOutcomes(this.#record, results, this.#reader.moment()));
      const leftMs = Math.max(0, deadlineMs - this.#context.clock.monotonicMs());
      return Math.min(this.#pauseAfter(results), leftMs);
    }
    if (decision.record.phase === 'removed') this.#endUnlessAsked(document);
    return Math.min(decision.wakeInMs ?? SAFETY_PASS_MS, SAFETY_PASS_MS);
  }

  /** Before any step: what begins with one must not be said to wait. */
  #answerHold({ document }: Revision, { record }: Decision): void {
    const { host } = this.#context;
    host.answerHold(this.name, keepsHold(document, record) && host.isHeld(this.name));
  }

  /** What the accepted document is that is followed now. */
  #readAccepted(): AcceptedRevision | null {
    const { store, groups } = this.#context;
    const inherits = ({ hash }: AcceptedRevision): boolean =>
      this.#reader.revision(hash)?.document.state === 'inherit';
    return chooseDocument(store.acceptedRevisions(this.name), groups, inherits);
  }

  /** Stored before anything else: how often an attempt was resumed must be known to the next start too. */
  #resume(): void {
    if (this.#isResumed) return;
    this.#keep(resumeRecord(this.#record, this.#context.clock.monotonicMs()));
    this.#isResumed = true;
  }

  /** After the last wait of a round and before its decision: what nobody saw is held against no update. */
  #allowForStall(situation: Situation): Situation {
    const stalledMs = this.#context.lastStallMs();
    if (stalledMs <= this.#stalledMs) return situation;
    this.#stalledMs = stalledMs;
    // This look may have begun before, and then shows nothing.
    this.#waker.wake();
    return { ...situation, record: resumeAfterStall(situation.record, situation.nowMs) };
  }

  /**
   * What cannot be stored is not acted upon; what runs goes on under the engine. To an update the wait is what a
   * restart of the agent is: its deadline counts anew after it, but not for ever.
   */
  #waitForStore(trouble: StoreBlocked): number {
    const { reporter, random } = this.#context;
    this.#isResumed = false;
    const document = this.#readAccepted();
    if (document !== null) {
      const body = statusWithoutStore(this.#nameOf(document), this.#record, trouble);
      reporter.reportStatus(this.name, document.source, body);
    }
    const { delayMs, next } = drawDelay(this.#storeBackOff, random);
    this.#storeBackOff = next;
    return delayMs;
  }

  /** With no pause between the look and the end: a document that comes later starts a loop of its own. */
  #endUnlessAsked({ hash }: AcceptedRevision): void {
    if (this.#readAccepted()?.hash !== hash) return;
    this.close();
    this.#onRemoved();
  }

  /** None while all goes well: the next step follows at once. */
  #pauseAfter(results: readonly StepResult[]): number {
    if (results.every(({ outcome }) => outcome.ok)) {
      this.#stepBackOff = startBackOff(STEP_FAILED);
      return 0;
    }
    const { delayMs, next } = drawDelay(this.#stepBackOff, this.#context.random);
    this.#stepBackOff = next;
    return delayMs;
  }

  /** An engine that is away is told, with all that was known of the deployment before. */
  async #observe(document: AcceptedRevision, desired: Revision): Promise<Observed> {
    const { engine, reporter } = this.#context;
    try {
      return await engine.observe(this.name);
    } catch (error) {
      if (error instanceof EngineUnavailable) {
        reporter.reportStatus(this.name, document.source, statusWithoutEngine(desired, this.#record, error));
      }
      throw error;
    }
  }

  /** What runs is left as it is: nobody knows any more what it should be. */
  #leaveUnreadable(document: AcceptedRevision): number {
    const body = statusUnreadable(this.#nameOf(document), this.#record);
    this.#context.reporter.reportStatus(this.name, document.source, body);
    return SAFETY_PASS_MS;
  }

  /** By the document's own number, as an outdated one is accepted as 0, and no less than 1 where nobody can read it. */
  #nameOf({ hash, revision }: AcceptedRevision): { revision: number; hash: string } {
    return { revision: this.#reader.revision(hash)?.revision ?? Math.max(1, revision), hash };
  }

  /** Side by side: the steps of one decision do not depend on each other. */
  async #apply({ steps }: Decision): Promise<StepResult[]> {
    const { engine, reporter } = this.#context;
    const results = await Promise.all(
      steps.map(async (step) => ({ step, outcome: await engine.carryOut(this.name, step) })),
    );
    this.#journal.noteSteps(this.#record, results);
    reporter.addEvents(eventsOf.steps(this.name, results));
    return results;
  }

  /** Stores the record where it changed, and tells what changed. */
  #keep(record: DeploymentRecord): void {
    const text = JSON.stringify(record);
    if (text === this.#recordText) return;
    this.#context.store.writeRecord(this.name, record);
    this.#journal.noteChange(this.#record, record);
    this.#context.reporter.addEvents(eventsOf.change(this.name, this.#record, record));
    this.#record = record;
    this.#recordText = text;
  }
}
