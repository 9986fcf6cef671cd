// One deployment's loop: observe → decide → record the intent → apply → record the outcome → report → wait.
import type { PresentDeployment } from '../../protocol/deployment.ts';
import { takesPart } from '../../protocol/rollout.ts';
import type { HealthTracker, Target } from '../health/health-tracker.ts';
import { drawDelay, startBackOff } from '../lib/back-off.ts';
import { Waker } from '../lib/waker.ts';
import type { Clock, Random } from '../ports/clock.ts';
import { type Engine, EngineUnavailable } from '../ports/engine.ts';
import type { Host } from '../ports/host.ts';
import type { Logger } from '../ports/logger.ts';
import { type AcceptedDocument, type Store, StoreFull } from '../ports/store.ts';
import { chooseDocument } from '../reconcile/choose-document.ts';
import { waitedForClockMs } from '../reconcile/clock-wait.ts';
import { decide } from '../reconcile/decide.ts';
import { gateOf } from '../reconcile/gate.ts';
import { imageKey, requestsFor, uniqueRequests } from '../reconcile/images.ts';
import type { Observed } from '../reconcile/observed.ts';
import { recordOutcomes, type StepResult } from '../reconcile/outcomes.ts';
import { type DeploymentRecord, EMPTY_RECORD, resumeRecord } from '../reconcile/record.ts';
import { withRetry } from '../reconcile/retry.ts';
import { revisionOf } from '../reconcile/revision.ts';
import { specsOf } from '../reconcile/service-spec.ts';
import type { Decision, Revision, Situation } from '../reconcile/situation.ts';
import { statusOf, statusWithoutEngine, statusWithoutRoom } from '../reconcile/status.ts';
import { serviceOf } from '../reconcile/steps.ts';
import type { Reporter } from '../report/reporter.ts';
import { eventsOf } from './events-of.ts';
import type { ImagePuller } from './image-puller.ts';

/** Even when no event says so the engine is looked at this often: events can be lost. */
const SAFETY_PASS_MS = 30_000;
/** Where the engine is away: soon at first, as it mostly restarts. */
const ENGINE_AWAY = { baseMs: 500, capMs: 10_000 };
/** Where the disk of the store is full. */
const STORE_FULL = { baseMs: 1000, capMs: 30_000 };
/** Where a step failed: a service's history holds it back, but nothing slows those of networks and volumes. */
const STEP_FAILED = { baseMs: 500, capMs: 30_000 };
/** The desired and the proven one, and room for what has just been superseded. */
const MAX_REVISIONS = 4;

export interface LoopContext {
  readonly engine: Engine;
  readonly store: Store;
  readonly clock: Clock;
  readonly host: Host;
  readonly random: Random;
  readonly logger: Logger;
  readonly puller: ImagePuller;
  readonly health: HealthTracker;
  readonly reporter: Reporter;
  readonly device: string;
  readonly groups: readonly string[];
  /** The engine answered, or did not. */
  readonly onEngine: (trouble: EngineUnavailable | null) => void;
}

export class DeploymentLoop {
  readonly name: string;
  readonly #context: LoopContext;
  readonly #onRemoved: () => void;
  readonly #waker: Waker;
  readonly #abort = new AbortController();
  #record: DeploymentRecord;
  /** When the present round began, monotonic; `null` while it waits. Tells a loop that hangs. */
  #busySinceMs: number | null = null;
  #engineBackOff = startBackOff(ENGINE_AWAY);
  #stepBackOff = startBackOff(STEP_FAILED);
  #storeBackOff = startBackOff(STORE_FULL);
  #isResumed = false;
  #isRetryAsked = false;
  readonly #revisions = new Map<string, Revision | null>();

  /** `onRemoved` is called when nothing is left of the deployment and nothing more will be done: the loop has ended. */
  constructor(name: string, context: LoopContext, onRemoved: () => void) {
    this.name = name;
    this.#context = context;
    this.#onRemoved = onRemoved;
    this.#waker = new Waker(context.clock);
    this.#record = context.store.readRecord(name) ?? EMPTY_RECORD;
  }

  /** Runs until `close`. Never rejects for what the engine or the network does, nor for a full disk. */
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
      this.#storeBackOff = startBackOff(STORE_FULL);
      return waitMs;
    } catch (error) {
      if (error instanceof StoreFull) return this.#waitForRoom(error);
      if (!(error instanceof EngineUnavailable)) throw error;
      this.#context.onEngine(error);
      const { delayMs, next } = drawDelay(this.#engineBackOff, this.#context.random);
      this.#engineBackOff = next;
      return delayMs;
    }
  }

  async #round(): Promise<number> {
    const { store, groups, puller, reporter } = this.#context;
    const document = chooseDocument(store.acceptedDocuments(this.name), groups);
    if (document === null) return SAFETY_PASS_MS;
    this.#resume();
    if (this.#isRetryAsked) this.#keep(withRetry(this.#record));
    this.#isRetryAsked = false;
    const desired = this.#revision(document.hash, document.body);
    if (desired === null) return this.#leaveUnreadable(document);
    const observed = await this.#observe(document, desired);
    const situation = await this.#situation(desired, observed);
    const decision = decide(situation);
    this.#keep(decision.record);
    puller.want(this.name, decision.wantedImages);
    reporter.reportStatus(this.name, document.source, statusOf(situation, decision));
    const results = await this.#apply(decision);
    this.#keep(recordOutcomes(this.#record, results, this.#moment()));
    if (results.length > 0) return this.#pauseAfter(results);
    if (decision.record.phase === 'removed') this.#endUnlessAsked(document);
    return Math.min(decision.wakeInMs ?? SAFETY_PASS_MS, SAFETY_PASS_MS);
  }

  /** Stored before anything else: how often an attempt was resumed must be known to the next start too. */
  #resume(): void {
    if (this.#isResumed) return;
    this.#keep(resumeRecord(this.#record, this.#context.clock.monotonicMs()));
    this.#isResumed = true;
  }

  /**
   * What cannot be stored is not acted upon; what runs goes on under the engine. To an update the wait is what a
   * restart of the agent is: its deadline counts anew after it, but not for ever.
   */
  #waitForRoom(trouble: StoreFull): number {
    const { store, groups, reporter, random } = this.#context;
    this.#isResumed = false;
    const document = chooseDocument(store.acceptedDocuments(this.name), groups);
    if (document !== null) {
      const { revision, hash, source } = document;
      const body = statusWithoutRoom({ revision, hash }, this.#record, trouble);
      reporter.reportStatus(this.name, source, body);
    }
    const { delayMs, next } = drawDelay(this.#storeBackOff, random);
    this.#storeBackOff = next;
    return delayMs;
  }

  /** With no pause between the look and the end: a document that comes later starts a loop of its own. */
  #endUnlessAsked({ hash }: AcceptedDocument): void {
    const { store, groups } = this.#context;
    if (chooseDocument(store.acceptedDocuments(this.name), groups)?.hash !== hash) return;
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
  async #observe(document: AcceptedDocument, desired: Revision): Promise<Observed> {
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
  #leaveUnreadable({ source, revision, hash }: AcceptedDocument): number {
    const message = 'the stored document is no longer valid for this version of the agent';
    const reason = { code: 'document_unreadable', message, hint: 'publish it again under a higher revision' };
    const { proven } = this.#record;
    const body = {
      desired: { revision, hash },
      running: proven,
      phase: 'failed' as const,
      reason,
      services: {},
    };
    this.#context.reporter.reportStatus(this.name, source, body);
    return SAFETY_PASS_MS;
  }

  async #situation(desired: Revision, observed: Observed): Promise<Situation> {
    const { health, device } = this.#context;
    const proven = this.#proven();
    const images = await this.#imageStandings(observed, [desired, proven]);
    return {
      deployment: this.name,
      desired,
      takesPart: takesPart(desired.document.rollout, device),
      proven,
      record: this.#record,
      observed,
      images,
      gate: this.#gate(desired),
      health: health.track(this.name, targetsOf(observed, [desired, proven])),
      ...this.#moment(),
    };
  }

  #gate({ document }: Revision): Situation['gate'] {
    const { clock, host } = this.#context;
    return gateOf(document, {
      wallTime: clock.wallTime(),
      isClockSynchronised: host.readClock().isSynchronised,
      waitedForClockMs: waitedForClockMs(this.#record, clock.monotonicMs()),
      isHeld: host.isHeld(this.name),
    });
  }

  /** Parsed once: a round comes at every event, and what a hash names never changes. */
  #revision(hash: string, body: string): Revision | null {
    const known = this.#revisions.get(hash);
    if (known !== undefined) return known;
    if (this.#revisions.size >= MAX_REVISIONS) this.#revisions.clear();
    const revision = revisionOf(hash, body);
    this.#revisions.set(hash, revision);
    return revision;
  }

  #proven(): Revision<PresentDeployment> | null {
    const { proven } = this.#record;
    const body = proven === null ? null : this.#context.store.documentBody(proven.hash);
    if (proven === null || body === null) return null;
    const revision = this.#revision(proven.hash, body);
    if (revision === null) return null;
    const { document } = revision;
    return document.state === 'present' ? { ...revision, document } : null;
  }

  /** Those of running services are of no interest, but where they are to be pulled anew. */
  async #imageStandings(
    observed: Observed,
    revisions: readonly (Revision | null)[],
  ): Promise<Situation['images']> {
    const requests = revisions.flatMap((revision) =>
      isPresent(revision) ? requestsFor(revision, this.#record, observed) : [],
    );
    const { puller } = this.#context;
    const entries = uniqueRequests(requests).map(
      async (request) => [imageKey(request), await puller.standing(request)] as const,
    );
    return new Map(await Promise.all(entries));
  }

  async #apply({ steps }: Decision): Promise<StepResult[]> {
    const { engine, reporter } = this.#context;
    const carryOut = async (step: StepResult['step']): Promise<StepResult> => {
      const outcome = await engine.carryOut(this.name, step);
      return { step, outcome };
    };
    const results = await Promise.all(steps.map(carryOut));
    for (const { step, outcome } of results) {
      const level = outcome.ok ? 'info' : 'warn';
      this.#context.logger[level](
        { deployment: this.name, ...describeStep(step), ...failureIn(outcome) },
        'step',
      );
    }
    reporter.addEvents(eventsOf.steps(this.name, results));
    return results;
  }

  /** Stores the record where it changed, and tells what changed. */
  #keep(record: DeploymentRecord): void {
    if (JSON.stringify(record) === JSON.stringify(this.#record)) return;
    this.#context.store.writeRecord(this.name, record);
    this.#context.reporter.addEvents(eventsOf.change(this.name, this.#record, record));
    this.#record = record;
  }

  #moment(): { nowMs: number; wallTime: string; chance: number } {
    const { clock, random } = this.#context;
    return { nowMs: clock.monotonicMs(), wallTime: clock.wallTime().toISOString(), chance: random() };
  }
}

function isPresent(revision: Revision | null): revision is Revision<PresentDeployment> {
  return revision?.document.state === 'present';
}

function specsOfRevision(revision: Revision | null): ReturnType<typeof specsOf> {
  return isPresent(revision) ? specsOf(revision.document) : [];
}

/** Each container with the probe that its own revision's service asks for. */
function targetsOf(observed: Observed, revisions: readonly (Revision | null)[]): Target[] {
  const specs = revisions.flatMap(specsOfRevision);
  return observed.containers.map((container) => {
    const spec = specs.find(({ name, hash }) => name === container.service && hash === container.spec);
    return { container, probe: spec?.service.probe };
  });
}

function describeStep(step: StepResult['step']): object {
  const service = serviceOf(step);
  return service === null ? { step: step.kind } : { step: step.kind, service };
}

function failureIn(outcome: StepResult['outcome']): object {
  return outcome.ok ? {} : { code: outcome.code, err: outcome.message };
}
