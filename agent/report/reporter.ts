// Reports: what is to be told goes into the store, and out as soon as a broker takes it.
import { EVENTS_SCHEMA, type EventBatch } from '../../protocol/events.ts';
import type { DeviceState } from '../../protocol/state.ts';
import { STATUS_SCHEMA, type Status } from '../../protocol/status.ts';
import { formatTopic, type Topic } from '../../protocol/topics.ts';
import { Waker } from '../lib/waker.ts';
import type { Clock } from '../ports/clock.ts';
import type { NewEvent, Source, Store } from '../ports/store.ts';
import type { StatusBody } from '../reconcile/situation.ts';
import { EVENTS_PER_BATCH, fitting, lostBefore } from './event-batch.ts';
import { fitStatus } from './fit-status.ts';
import { Pace } from './pace.ts';

/** Bytes of a pull change all the time; once a second is enough for people. */
const PROGRESS_INTERVAL_MS = 1000;
/** Anybody who may publish can make up names and be refused: of those only the newest are remembered. */
const MAX_STRANGERS = 200;
/** After a failed publish the connection is about to end; a short pause keeps this from spinning. */
const FAILED_PAUSE_MS = 1000;
/** A power cut takes the samples of so long, where no broker took them before. Each write wears the card. */
const HOLD_SAMPLES_MS = 60 * 60_000;

export type Publish = (topic: string, payload: string, options: { retain: boolean }) => Promise<boolean>;

export interface ReporterOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly device: string;
  readonly topicPrefix: string;
  readonly bootId: string;
  readonly stateIntervalMs: number;
  /** The device state as it is now. */
  readonly readState: (deployments: DeviceState['deployments']) => DeviceState;
  /** Called once a round, and so at least every `maxWaitMs`: the watchdog counts on it. */
  readonly onRound: () => void;
  readonly maxWaitMs: number;
}

interface Told {
  readonly status: Status;
  /** When a status of this deployment was last told, monotonic: what the progress of a pull is held back by. */
  readonly toldMs: number;
}

export class Reporter {
  readonly #options: ReporterOptions;
  readonly #waker: Waker;
  readonly #latest = new Map<string, Told>();
  readonly #deliveredSeq = new Map<string, number>();
  /** Numbers of the stored statuses that wait to be delivered, by themselves or by one that comes after. */
  readonly #undeliveredSeq = new Map<string, number>();
  #lastStateMs = Number.NEGATIVE_INFINITY;
  #isStateDue = true;
  /** Since when samples are held in memory, monotonic. */
  #heldSinceMs: number | null = null;
  readonly #pace = new Pace();
  #publish: Publish | null = null;

  constructor(options: ReporterOptions) {
    this.#options = options;
    this.#waker = new Waker(options.clock);
    for (const name of options.store.deploymentNames()) this.#recall(name);
    for (const { deployment, seq } of options.store.pendingStatuses()) {
      this.#recall(deployment);
      this.#undeliveredSeq.set(deployment, seq);
    }
  }

  #recall(name: string): void {
    const status = this.#options.store.latestStatus(name);
    if (status !== null) this.#latest.set(name, { status, toldMs: Number.NEGATIVE_INFINITY });
  }

  /** Statuses as they were last told, by deployment name. */
  statuses(): Status[] {
    return [...this.#latest.values()]
      .map((told) => told.status)
      .toSorted((a, b) => a.deployment.localeCompare(b.deployment));
  }

  reportStatus(deployment: string, source: Source, body: StatusBody): void {
    const refused = this.#options.store.readRefusal(deployment);
    this.#tell({ schema: STATUS_SCHEMA, deployment, source, refused, ...body, seq: 0, at: '' });
  }

  /** A document was refused: the status says so, and is otherwise as it was. */
  reportRefusal(deployment: string): void {
    const refused = this.#options.store.readRefusal(deployment);
    const before = this.#latest.get(deployment)?.status ?? unknownDeployment(deployment);
    const reason =
      before.desired === null && refused !== null
        ? { code: refused.code, path: refused.path, message: refused.message }
        : before.reason;
    this.#tell({ ...before, reason, refused });
    this.#forgetStrangers();
  }

  #forgetStrangers(): void {
    const strangers = [...this.#latest].filter(([, { status }]) => status.desired === null);
    for (const [name] of strangers.slice(0, -MAX_STRANGERS)) this.forget(name);
  }

  /** Tells nothing more of a deployment; its last status stays at the broker. */
  forget(deployment: string): void {
    this.#latest.delete(deployment);
    this.#deliveredSeq.delete(deployment);
    this.#undeliveredSeq.delete(deployment);
  }

  addEvents(events: readonly NewEvent[]): void {
    if (events.length === 0) return;
    this.#options.store.appendEvents(events, this.#now());
    this.#heldSinceMs = null;
    this.#waker.wake();
  }

  /** Unlike an event it is held in memory at first, and may be lost with the power. */
  addSample(sample: NewEvent): void {
    this.#options.store.holdEvent(sample, this.#now());
    this.#heldSinceMs ??= this.#options.clock.monotonicMs();
    this.#waker.wake();
  }

  /** Something waits in the store to be delivered. */
  wake(): void {
    this.#waker.wake();
  }

  /** Tells everything anew: statuses and the device state. */
  reportAll(): void {
    this.#deliveredSeq.clear();
    this.reportState();
  }

  /** The device state has changed, and is told at once. */
  reportState(): void {
    this.#isStateDue = true;
    this.#waker.wake();
  }

  /** The broker can be reached: retained topics are written anew, and the outbox empties. */
  connected(publish: Publish): void {
    this.#publish = publish;
    this.reportAll();
  }

  disconnected(): void {
    this.#publish = null;
  }

  pending(): { events: number; statuses: number } {
    const { store } = this.#options;
    return { events: store.countEvents(), statuses: store.pendingStatuses().length };
  }

  /** Delivers until `signal` aborts, then writes what is held. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const waitMs = await this.#deliver();
      this.#writeOldSamples();
      this.#options.onRound();
      await this.#waker.wait(Math.min(waitMs, this.#options.maxWaitMs), signal);
    }
    this.#options.store.writeHeldEvents();
  }

  #writeOldSamples(): void {
    const { clock, store } = this.#options;
    if (this.#heldSinceMs === null || clock.monotonicMs() - this.#heldSinceMs < HOLD_SAMPLES_MS) return;
    store.writeHeldEvents();
    this.#heldSinceMs = null;
  }

  #tell(status: Status): void {
    const { deployment } = status;
    const before = this.#latest.get(deployment);
    if (before !== undefined && gist(before.status, false) === gist(status, false)) return;
    const isMaterial = before === undefined || gist(before.status, true) !== gist(status, true);
    const nowMs = this.#options.clock.monotonicMs();
    if (!isMaterial && nowMs - before.toldMs < PROGRESS_INTERVAL_MS) return;
    const seq = this.#options.store.nextStatusSeq();
    // It differs from what was told last also the next time, and is told then.
    if (seq === null) return;
    const told = { ...status, seq, at: this.#now() };
    if (isMaterial) {
      this.#options.store.saveStatus(told);
      this.#undeliveredSeq.set(deployment, told.seq);
    }
    if (before?.status.phase !== status.phase) this.#isStateDue = true;
    this.#latest.set(deployment, { status: told, toldMs: nowMs });
    this.#waker.wake();
  }

  /** Answers with how long the next round may wait. */
  async #deliver(): Promise<number> {
    if (this.#publish === null) return this.#options.maxWaitMs;
    // One after the other, and each though another failed: a topic that the broker forbids holds up no other. Of
    // the events one batch at a time, so that whatever is new overtakes the backlog.
    let isAllTold = await this.#deliverReplies();
    isAllTold = (await this.#deliverStatuses()) && isAllTold;
    isAllTold = (await this.#deliverState()) && isAllTold;
    const waitMs = await this.#deliverEvents();
    return isAllTold ? waitMs : Math.min(waitMs, FAILED_PAUSE_MS);
  }

  async #deliverReplies(): Promise<boolean> {
    const { store, device } = this.#options;
    for (const reply of store.pendingReplies()) {
      if (!(await this.#send({ kind: 'reply', device, id: reply.id }, reply, false))) return false;
      store.markReplyDelivered(reply.id);
    }
    return true;
  }

  async #deliverStatuses(): Promise<boolean> {
    let isAllTold = true;
    const newestFirst = [...this.#latest].toSorted(([, a], [, b]) => b.status.seq - a.status.seq);
    for (const [name, { status }] of newestFirst) {
      if (status.seq === this.#deliveredSeq.get(name)) continue;
      const topic: Topic = { kind: 'status', device: this.#options.device, name };
      if (!(await this.#send(topic, fitStatus(status), true))) {
        isAllTold = false;
        continue;
      }
      this.#deliveredSeq.set(name, status.seq);
      this.#markDelivered(name, status.seq);
    }
    return isAllTold;
  }

  #markDelivered(name: string, seq: number): void {
    const waitingSeq = this.#undeliveredSeq.get(name);
    if (waitingSeq === undefined || waitingSeq > seq) return;
    this.#options.store.markStatusDelivered(name, seq);
    this.#undeliveredSeq.delete(name);
  }

  async #deliverState(): Promise<boolean> {
    const { clock, stateIntervalMs, device, readState } = this.#options;
    const isOld = clock.monotonicMs() - this.#lastStateMs >= stateIntervalMs;
    if (!this.#isStateDue && !isOld) return true;
    this.#isStateDue = false;
    const deployments = this.statuses().map(({ deployment, desired, phase }) => ({
      name: deployment,
      revision: desired?.revision ?? null,
      phase,
    }));
    const isTold = await this.#send({ kind: 'state', device }, readState(deployments), true);
    if (isTold) this.#lastStateMs = clock.monotonicMs();
    else this.#isStateDue = true;
    return isTold;
  }

  /** One batch, if it is time. Answers with how long the next has to wait. */
  async #deliverEvents(): Promise<number> {
    const { store, clock, bootId, device, maxWaitMs } = this.#options;
    const events = fitting(store.pendingEvents(EVENTS_PER_BATCH));
    const last = events.at(-1);
    if (last === undefined) return maxWaitMs;
    const waitMs = this.#pace.waitMs(clock.monotonicMs());
    if (waitMs > 0) return waitMs;
    const lost = lostBefore(events, store.acknowledgedSeq());
    const batch: EventBatch = {
      schema: EVENTS_SCHEMA,
      boot_id: bootId,
      events,
      ...(lost === null ? {} : { lost }),
    };
    this.#pace.spend(Buffer.byteLength(JSON.stringify(batch)), clock.monotonicMs());
    if (!(await this.#send({ kind: 'events', device }, batch, false))) return FAILED_PAUSE_MS;
    store.acknowledgeEvents(last.seq);
    if (store.countEvents() === 0) this.#heldSinceMs = null;
    return 0;
  }

  async #send(topic: Topic, payload: object, retain: boolean): Promise<boolean> {
    if (this.#publish === null) return false;
    return this.#publish(formatTopic(this.#options.topicPrefix, topic), JSON.stringify(payload), { retain });
  }

  #now(): string {
    return this.#options.clock.wallTime().toISOString();
  }
}

/** What two statuses are compared by: without number and time, and without the bytes of a pull if so asked. */
function gist(status: Status, isWithoutProgress: boolean): string {
  return JSON.stringify({ ...status, seq: 0, at: '' }, (key, value: unknown) =>
    isWithoutProgress && key === 'progress' ? null : value,
  );
}

function unknownDeployment(deployment: string): Status {
  return {
    schema: STATUS_SCHEMA,
    deployment,
    source: 'device',
    desired: null,
    running: null,
    phase: 'failed',
    reason: null,
    refused: null,
    services: {},
    seq: 0,
    at: '',
  };
}
