// One deployment's loop: observe → decide → record the intent → report → apply → record the outcome → wait.
// Tested in test/agent/whole/deployment-loop.test.ts.
import { messageOf } from '../../lib/failures/system-error.ts';
import type { Logger } from '../../lib/program/logger.ts';
import { Waker } from '../../lib/time/waker.ts';
import type { Decision, StatusBody } from '../model/decision.ts';
import type { Facts } from '../model/facts.ts';
import type { Observed, ObservedContainer } from '../model/observed.ts';
import { askPause, beginPause, isPaused, type PauseAsked, withPause } from '../model/pause.ts';
import { type DeploymentRecord, EMPTY_RECORD, type Pause } from '../model/record.ts';
import { resumeAfterGap, resumeRecord } from '../model/resume-record.ts';
import type { Revision } from '../model/revision.ts';
import { graceOf } from '../model/step-table.ts';
import type { Step, StepOf, StepOutcome, StepResult } from '../model/steps.ts';
import { EngineUnavailable } from '../ports/engine.ts';
import { type AcceptedRevision, StoreBlocked, StoreBroken } from '../ports/store.ts';
import { chooseDocument } from '../reconcile/choose-document.ts';
import { recordOutcomes } from '../reconcile/outcomes.ts';
import { decideUnlessPaused, isPuttingRight, mustEndFirst } from '../reconcile/pause.ts';
import { foldersToPurge, VOLUME_KEPT } from '../reconcile/removal.ts';
import { planRestarts, type RestartsAsked, withRestart } from '../reconcile/restart.ts';
import { withRetry } from '../reconcile/retry.ts';
import { recognise } from '../reconcile/running/identity.ts';
import {
  statusOf,
  statusUnreadable,
  statusWithFault,
  statusWithoutEngine,
  statusWithoutStore,
} from '../reconcile/tell/status.ts';
import { keepsHold } from '../reconcile/update/gate.ts';
import { withSwitchNow } from '../reconcile/update/switch-now.ts';
import type { Reporter } from '../report/reporter.ts';
import type { Mask } from '../secrets/mask.ts';
import { DeploymentLog } from './deployment-log.ts';
import type { EnginePresence } from './engine-presence.ts';
import { eventsOf } from './events-of.ts';
import { type FactsContext, FactsReader } from './facts-reader.ts';
import { hearLastWords, maskOfRevisions } from './hear-last-words.ts';
import { LogKeeper, type LogKeeperEdges } from './log-keeper.ts';
import { Setbacks } from './setbacks.ts';
import { StepApplier, type StepEdges } from './step-applier.ts';
import { StepNews } from './step-news.ts';

/** Even when no event says so the engine is looked at this often: events can be lost. */
const SAFETY_PASS_MS = 30_000;
/** In a row, until it is told: one that passes is of interest in the journal alone. */
const TOLD_FAULTS = 3;
/** An engine that was away for so long was not looked at; a shorter absence is like a slow look. */
const ABSENT_MS = 10_000;
/** Longer than any round takes, but for what it waits for a container to stop: one that is longer hangs. */
const HANGS_AFTER_MS = 15 * 60_000;

export interface LoopContext extends FactsContext, StepEdges, LogKeeperEdges {
  readonly logger: Logger;
  readonly reporter: Reporter;
  readonly groups: readonly string[];
  /** When the process last ran again after it had stood still, monotonic. */
  readonly lastStallMs: () => number;
  /** Is told that the engine answered, or why it did not. */
  readonly presence: Pick<EnginePresence, 'note'>;
}

/** What one look at the engine shows, and the record with what it adds to it. */
interface Look {
  readonly facts: Facts;
  readonly record: DeploymentRecord;
  /** All containers that bear our labels: files stay that one of them was made with, copies of others included. */
  readonly bearers: readonly ObservedContainer[];
}

export class DeploymentLoop {
  readonly name: string;
  readonly #context: LoopContext;
  readonly #onRemoved: () => void;
  readonly #reader: FactsReader;
  readonly #applier: StepApplier;
  readonly #logKeeper: LogKeeper;
  readonly #log: DeploymentLog;
  readonly #stepNews = new StepNews();
  readonly #waker: Waker;
  readonly #abort = new AbortController();
  #record: DeploymentRecord;
  /** The same as JSON, to see a change by. */
  #recordText: string;
  /** When the present round began, monotonic; `null` while it waits. Tells a loop that hangs. */
  #busySinceMs: number | null = null;
  /** How long the containers that are being stopped now may take, by the longest. */
  #graceMs = 0;
  readonly #setbacks: Setbacks;
  /** The end of the last stall that was allowed for, monotonic. */
  #stalledMs: number;
  /** When the first of the looks began that have failed since the last good one, monotonic. */
  #blindSinceMs: number | null = null;
  #isResumed = false;
  /** The record as it was resumed on a disk that takes nothing: a wait in it ends, however often the disk is tried. */
  #unstored: DeploymentRecord | null = null;
  #hasLooked = false;
  #isRetryAsked = false;
  #isSwitchAsked = false;
  /** Not stored: what was asked before a restart of the agent is not done after it. */
  #restarts: RestartsAsked = new Set();
  #isRestartNew = false;
  /** Whether a pause was ended that nobody has allowed for yet: the time in it counts for nothing. */
  #wasPaused = false;
  /** Whether a pause has to wait for what the present round does. */
  #isPuttingRight = false;

  /** `onRemoved` is called when nothing is left of the deployment and nothing more will be done: the loop has ended. */
  constructor(name: string, context: LoopContext, onRemoved: () => void) {
    this.name = name;
    this.#context = context;
    this.#onRemoved = onRemoved;
    this.#reader = new FactsReader(name, context);
    this.#applier = new StepApplier(context);
    this.#logKeeper = new LogKeeper(context);
    this.#log = new DeploymentLog(name, context.logger);
    this.#waker = new Waker(context.clock);
    this.#setbacks = new Setbacks(context.random);
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

  /** Something may have changed. After a fault that counts for nothing: what fails would be tried at each event. */
  wake(): void {
    if (this.#setbacks.inRow('fault') === 0) this.#waker.wake();
  }

  /** A document was accepted. */
  follow(): void {
    this.#setbacks.forget('fault');
    this.#waker.wake();
  }

  /** Tries again what was barred or held back, from the next round on. */
  retry(): void {
    this.#isRetryAsked = true;
    this.follow();
  }

  /** Restarts a service, or with `null` all, from the next round on; during an update after it. */
  restart(service: string | null): void {
    this.#restarts = new Set([...this.#restarts, service]);
    this.#isRestartNew = true;
    this.follow();
  }

  get pause(): Pause | null {
    return this.#record.pause ?? null;
  }

  /**
   * From now on nothing is done, save what is under way: an update between its switch and its proof, a way back, and the
   * steps of this moment. Takes the place of a pause before it. Durable on return; throws as the store does.
   */
  keepPaused(asked: PauseAsked): Pause {
    const moment = this.#reader.moment();
    const pause = askPause(asked, moment);
    this.#resume();
    const kept = this.#mustEndFirst() ? pause : beginPause(pause, moment);
    this.#keep(withPause(this.#record, kept));
    this.#waker.wake();
    return kept;
  }

  /** Ends a pause, also one that has not begun; `false` where there is none. Durable on return; throws as the store does. */
  resume(): boolean {
    if (this.#record.pause === undefined) return false;
    this.#resume();
    const wasPaused = isPaused(this.#record);
    this.#keep(withPause(this.#record, undefined));
    this.#wasPaused ||= wasPaused;
    this.follow();
    return true;
  }

  #mustEndFirst(): boolean {
    const document = this.#readAccepted();
    const desired = document === null ? null : this.#reader.revision(document.hash);
    return desired !== null && (this.#isPuttingRight || mustEndFirst({ desired }, this.#record));
  }

  /** The update that is under way waits for no window and no clock, from the next round on. */
  switchNow(): void {
    this.#isSwitchAsked = true;
    this.follow();
  }

  /** Whether the present round takes longer than any should. */
  isHanging(nowMs: number): boolean {
    return this.#busySinceMs !== null && nowMs - this.#busySinceMs >= HANGS_AFTER_MS + this.#graceMs;
  }

  close(): void {
    this.#abort.abort();
  }

  async #roundOrBackOff(): Promise<number> {
    try {
      const waitMs = await this.#roundOrStart();
      this.#context.presence.note(null);
      for (const setback of ['engine', 'store', 'fault'] as const) this.#setbacks.forget(setback);
      return waitMs;
    } catch (error) {
      if (error instanceof StoreBlocked) return this.#waitForStore(error);
      if (error instanceof StoreBroken) throw error;
      if (!(error instanceof EngineUnavailable)) return this.#takeFault(error);
      this.#context.presence.note(error);
      return this.#setbacks.note('engine');
    }
  }

  /** A disk that takes nothing keeps from all steps but one. */
  async #roundOrStart(): Promise<number> {
    try {
      return await this.#round();
    } catch (error) {
      if (error instanceof StoreBlocked) await this.#startWhatStands();
      throw error;
    }
  }

  async #round(): Promise<number> {
    const { puller, files, keptLogs } = this.#context;
    const document = this.#readAccepted();
    if (document === null) return SAFETY_PASS_MS;
    this.#resume();
    this.#forgive();
    const desired = this.#reader.revision(document.hash);
    if (desired === null) return this.#leaveUnreadable(document);
    const { facts, record, bearers } = await this.#look(document, desired);
    // A pause may have been asked for, or ended, since the look began.
    const seen = withPause(this.#allowForGap(record, facts.nowMs), this.#record.pause);
    const decision = this.#withRestarts(decideUnlessPaused(facts, seen));
    this.#isPuttingRight = isPuttingRight(decision);
    const deadlineMs = facts.nowMs + (decision.deadlineInMs ?? Number.POSITIVE_INFINITY);
    this.#log.noteHealth(decision.services);
    this.#keep(decision.record);
    this.#answerHold(desired, decision);
    puller.want(this.name, decision.wants);
    this.#tell(document, statusOf(facts, decision));
    // Not with a container's removal: it may have been removed by hand, or just before a power cut.
    await files.collect(this.name, bearers);
    const results = await this.#apply(decision);
    if (results.length > 0) {
      this.#keep(recordOutcomes(this.#record, results, this.#reader.moment()));
      const leftMs = Math.max(0, deadlineMs - this.#context.clock.monotonicMs());
      return Math.min(this.#pauseAfter(results), leftMs);
    }
    if (decision.record.phase === 'removed' && this.#endUnlessAsked(document))
      await keptLogs.forget(this.name);
    return Math.min(decision.wakeInMs ?? SAFETY_PASS_MS, SAFETY_PASS_MS);
  }

  async #look(document: AcceptedRevision, desired: Revision, before = this.#record): Promise<Look> {
    const lookedAtMs = this.#context.clock.monotonicMs();
    const seen = await this.#observe(document, desired);
    const { record, observed } = recognise({ deployment: this.name, record: before, observed: seen });
    return {
      facts: await this.#reader.read({ desired, record, observed, lookedAtMs }),
      record,
      bearers: seen.containers,
    };
  }

  #tell({ source, origin }: AcceptedRevision, body: StatusBody): void {
    this.#context.reporter.reportStatus(this.name, source, { ...body, ...(origin && { origin }) });
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

  /** What was asked of us ends waits. */
  #forgive(): void {
    if (this.#isRetryAsked) this.#keep(withRetry(this.#record));
    if (this.#isRestartNew) this.#keep(withRestart(this.#record, this.#restarts));
    if (this.#isSwitchAsked) this.#keep(withSwitchNow(this.#record));
    this.#isRetryAsked = false;
    this.#isSwitchAsked = false;
    this.#isRestartNew = false;
  }

  #withRestarts(decided: Decision): Decision {
    // What was asked for before a pause is not done hours later.
    if (isPaused(decided.record)) this.#restarts = new Set();
    const { decision, left } = planRestarts(decided, this.#restarts);
    this.#restarts = left;
    return decision;
  }

  /** Stored before anything else: how often an attempt was resumed must be known to the next start too. */
  #resume(): void {
    if (this.#isResumed) return;
    this.#keep(resumeRecord(this.#record, this.#context.clock.monotonicMs()));
    this.#isResumed = true;
  }

  /** After the last wait of a round and before its decision: what nobody saw is held against no update. */
  #allowForGap(record: DeploymentRecord, nowMs: number): DeploymentRecord {
    const wasAbsent = this.#endAbsence() || this.#wasPaused;
    this.#wasPaused = false;
    const stalledMs = this.#context.lastStallMs();
    const isFirst = !this.#hasLooked;
    this.#hasLooked = true;
    if (stalledMs <= this.#stalledMs && !wasAbsent) return record;
    this.#stalledMs = stalledMs;
    // This look may have begun before, and then shows nothing.
    this.#waker.wake();
    const resumed = resumeAfterGap(record, nowMs);
    // The start of the agent is counted already.
    return isFirst ? { ...resumed, attempt: record.attempt } : resumed;
  }

  /** The engine answers: whether it was away for so long that nobody knows what was meanwhile. */
  #endAbsence(): boolean {
    const sinceMs = this.#blindSinceMs;
    this.#blindSinceMs = null;
    return sinceMs !== null && this.#context.clock.monotonicMs() - sinceMs >= ABSENT_MS;
  }

  /** What cannot be stored is not acted upon; what runs goes on under the engine. */
  #waitForStore(trouble: StoreBlocked): number {
    const document = this.#readAccepted();
    if (document !== null) {
      const body = statusWithoutStore(this.#nameOf(document), this.#record, trouble);
      this.#tell(document, body);
    }
    return this.#setbacks.note('store');
  }

  /**
   * If the disk fills up between the stop and the start of a switch, the new container must still be started. To start
   * what stands ready writes nothing.
   */
  async #startWhatStands(): Promise<void> {
    this.#unstored ??= resumeRecord(this.#record, this.#context.clock.monotonicMs());
    // For an update the wait counts as a restart of the agent: its deadline begins anew after it, but not for ever.
    this.#isResumed = false;
    const document = this.#readAccepted();
    const desired = document === null ? null : this.#reader.revision(document.hash);
    if (document === null || desired === null) return;
    const { facts, record } = await this.#look(document, desired, this.#unstored);
    const decision = decideUnlessPaused(facts, record);
    const steps = decision.steps.filter(({ kind }) => kind === 'start_container');
    await this.#apply({ ...decision, steps });
  }

  /** No other deployment is touched by it; what runs goes on under the engine. */
  #takeFault(error: unknown): number {
    const { store, groups, logger } = this.#context;
    const delayMs = this.#setbacks.note('fault');
    logger.error({ err: error, deployment: this.name, delayMs }, 'a fault of the agent itself');
    // Without a look into the documents, as the fault may come of them.
    const document = chooseDocument(store.acceptedRevisions(this.name), groups, () => false);
    if (document === null || this.#setbacks.inRow('fault') < TOLD_FAULTS) return delayMs;
    const body = statusWithFault(document, this.#record, messageOf(error));
    this.#tell(document, body);
    return delayMs;
  }

  /** With no pause between the look and the end: a document that comes later starts a loop of its own. */
  #endUnlessAsked({ hash }: AcceptedRevision): boolean {
    if (this.#readAccepted()?.hash !== hash) return false;
    this.close();
    this.#onRemoved();
    return true;
  }

  /** None while all goes well: the next step follows at once. */
  #pauseAfter(results: readonly StepResult[]): number {
    const isSettled = ({ outcome }: StepResult): boolean => outcome.ok || outcome.code === VOLUME_KEPT;
    if (!results.every(isSettled)) return this.#setbacks.note('step');
    this.#setbacks.forget('step');
    return 0;
  }

  /** An engine that is away is told, with all that was known of the deployment before. */
  async #observe(document: AcceptedRevision, desired: Revision): Promise<Observed> {
    const { engine, folders, clock } = this.#context;
    const askedMs = clock.monotonicMs();
    try {
      const seen = await engine.observe(this.name);
      return { ...seen, folders: await folders.find(this.name, foldersToPurge(desired.document)) };
    } catch (error) {
      if (error instanceof EngineUnavailable) {
        this.#blindSinceMs ??= askedMs;
        this.#tell(document, statusWithoutEngine(desired, this.#record, error));
      }
      throw error;
    }
  }

  /** What runs is left as it is: nobody knows any more what it should be. */
  #leaveUnreadable(document: AcceptedRevision): number {
    const body = statusUnreadable(this.#nameOf(document), this.#record);
    this.#tell(document, body);
    return SAFETY_PASS_MS;
  }

  /** By the document's own number, as an outdated one is accepted as 0, and no less than 1 where nobody can read it. */
  #nameOf({ hash, revision }: AcceptedRevision): { revision: number; hash: string } {
    return { revision: this.#reader.revision(hash)?.revision ?? Math.max(1, revision), hash };
  }

  /** Side by side: the steps of one decision do not depend on each other. */
  async #apply({ steps }: Decision): Promise<StepResult[]> {
    const { reporter } = this.#context;
    this.#graceMs = Math.max(0, ...steps.map((step) => graceOf(step) ?? 0));
    const results = await Promise.all(
      steps.map(async (step) => ({ step, outcome: this.#hear(await this.#carryOut(step)) })),
    );
    this.#graceMs = 0;
    const news = this.#stepNews.of(results);
    this.#log.noteSteps(this.#record, news);
    reporter.addEvents(eventsOf.steps(this.name, news));
    return results;
  }

  #carryOut(step: Step): Promise<StepOutcome> {
    const isOfFailure = step.kind === 'remove_container' && step.failed !== undefined;
    return isOfFailure ? this.#removeFailed(step) : this.#applier.apply(this.name, step);
  }

  async #removeFailed(step: StepOf<'remove_container'>): Promise<StepOutcome> {
    await this.#logKeeper.keep({ deployment: this.name, ...step }, this.#mask());
    return this.#applier.apply(this.name, step);
  }

  /** What a container wrote goes no further than this: what is kept of it is short and has no secrets. */
  #hear(outcome: StepOutcome): StepOutcome {
    if (!outcome.ok || outcome.output === undefined) return outcome;
    const { output, threads = [], ...rest } = outcome;
    return { ...rest, words: hearLastWords({ output, threads }, this.#mask()) };
  }

  /** Of all that may run now. */
  #mask(): Mask {
    const document = this.#readAccepted();
    const hashes = [document, this.#record.attempt, this.#record.proven].flatMap(
      (named) => named?.hash ?? [],
    );
    return maskOfRevisions(hashes.map((hash) => this.#reader.revision(hash)));
  }

  /** Stores the record where it changed, and tells what changed. */
  #keep(record: DeploymentRecord): void {
    const text = JSON.stringify(record);
    if (text === this.#recordText) return;
    this.#context.store.writeRecord(this.name, record);
    this.#log.noteChange(this.#record, record);
    this.#context.reporter.addEvents(eventsOf.change(this.name, this.#record, record));
    this.#record = record;
    this.#recordText = text;
    this.#unstored = null;
  }
}
