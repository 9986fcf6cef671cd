// A world of one device: the agent as `assembleAgent` puts it together, with the real SQLite on a simulated disk,
// over a fake engine, broker and host, all on virtual time and from one seed.

import { type Agent, assembleAgent } from '../../agent/assemble.ts';
import { installFilter } from '../../agent/home-assistant/topics.ts';
import { clientIdOf } from '../../agent/line/own-messages.ts';
import { decodeRecord } from '../../agent/model/record-codec/record-codec.ts';
import type { ImageSizes } from '../../agent/ports/image-sizes.ts';
import type { LineHandlers, LineStatus } from '../../agent/ports/line.ts';
import type { ServiceFiles } from '../../agent/ports/service-files.ts';
import { type Store, StoreBlocked } from '../../agent/ports/store.ts';
import { MEASURED_MS } from '../../agent/report/usage-meter.ts';
import type { SqlDatabase } from '../../agent/store/database.ts';
import { openStoreAt } from '../../agent/store/open-store.ts';
import type { Logger } from '../../lib/program/logger.ts';
import type { Random } from '../../lib/time/clock.ts';
import type { PlanAnswer } from '../../protocol/operations/plan.ts';
import type { LocalStatus } from '../../protocol/operations/status.ts';
import type { Event, EventBatch } from '../../protocol/reports/events.ts';
import type { Status } from '../../protocol/reports/status.ts';
import { type Addressee, DEFAULT_TOPIC_PREFIX, formatTopic } from '../../protocol/topics.ts';
import { DiskPlace } from './disk/files-on-disk.ts';
import { SimulatedDisk } from './disk/simulated-disk.ts';
import { CallFaults } from './engine/call-faults.ts';
import type { Container } from './engine/container.ts';
import { Daemon } from './engine/daemon.ts';
import { memoryBeat } from './engine/memory-beat.ts';
import { memoryCheck } from './engine/memory-check.ts';
import { MemoryBroker } from './memory-broker.ts';
import { MemoryEngine } from './memory-engine.ts';
import { MemoryFolders } from './memory-folders.ts';
import { MemoryHost } from './memory-host.ts';
import { MemoryKeptLogs } from './memory-kept-logs.ts';
import { MemoryLine } from './memory-line.ts';
import { NO_FILES } from './no-files.ts';
import { ProcessClock, type ProcessStore, processStore } from './one-life.ts';
import { between, fork } from './random.ts';
import { type Standing, standingOf } from './standing.ts';
import { VirtualClock } from './virtual-clock.ts';

export interface WorldOptions {
  readonly seed?: number;
  readonly device?: string;
  readonly groups?: readonly string[];
  /** Under which prefix Home Assistant is told of the device. Default: it is not. */
  readonly homeAssistant?: string | null;
  /** Unlike the defaults. */
  readonly report?: Partial<ReportSettings>;
}

interface ReportSettings {
  readonly stateIntervalMs: number;
  readonly sampleIntervalMs: number;
  readonly outboxBytes: number;
}

const REPORT: ReportSettings = {
  stateIntervalMs: 6 * 3_600_000,
  sampleIntervalMs: 15 * 60_000,
  outboxBytes: 16 * 1024 ** 2,
};

/** One process of the agent, from its start to its end. */
interface Life {
  readonly agent: Agent;
  readonly place: DiskPlace;
  readonly store: ProcessStore;
  readonly engine: MemoryEngine;
  readonly clock: ProcessClock;
  line: MemoryLine | null;
}

/** As `holdfast.service` has it. */
const RESTART_MS = 3000;
const WATCHDOG_MS = 60_000;
/** Once and a half the keep alive that the agent asks for. */
const GIVEN_UP_MS = 90_000;
const MAX_TRACE = 5000;
/** What the agent's log calls it. */
const FAULT = 'a fault of the agent itself';

export class World {
  readonly seed: number;
  /** These two as configured; a change holds from the next start of the agent. */
  device: string;
  groups: readonly string[];
  readonly clock = new VirtualClock();
  readonly daemon: Daemon;
  readonly folders = new MemoryFolders();
  /** What registries tell of images: nothing unless a test says so. */
  sizes: ImageSizes = {
    look: async (images) => images.map(() => ({ kind: 'unknown', message: 'no registry is asked' })),
  };
  /** What stands on the host for services; of no interest unless a test says so. */
  files: ServiceFiles = NO_FILES;
  readonly keptLogs = new MemoryKeptLogs();
  readonly faults: CallFaults;
  readonly broker: MemoryBroker;
  readonly host: MemoryHost;
  /** What went past, with its virtual time, for whoever looks for a fault: the newest lines. */
  readonly trace: string[] = [];
  /** What the agent could not cope with; a test that ends well leaves it empty. */
  readonly fatal: unknown[] = [];
  watchdogKills = 0;
  /** Starts that found a damaged database, or none, and built it anew: what had waited in the outbox is lost. */
  recoveries = 0;
  /** When the agent's process ran again after it had been frozen. */
  thawedMs = Number.NEGATIVE_INFINITY;
  /** Store writes of all lives together. */
  writes = 0;
  /** Called after each write, by the store's method, with what that was called with. */
  onWrite: ((name: string, count: number, values: readonly unknown[]) => void) | null = null;
  /** Under which prefix Home Assistant is told, from the next start of the agent on; `null`: it is not. */
  homeAssistant: string | null;
  /** Called before each write; what it throws the write throws. */
  beforeWrite: ((name: string) => void) | null = null;
  /** Called with each line of the trace. */
  onNote: ((line: string) => void) | null = null;
  /** Called with each change of what the agent itself tells of its line to the broker. */
  onBrokerStatus: ((status: LineStatus) => void) | null = null;
  /** Another one after each power cut: what the cut left. */
  disk = new SimulatedDisk();
  readonly #report: ReportSettings;
  readonly #random: Random;
  readonly #diskRandom: Random;
  #life: Life | null = null;
  /** Of a process that has not opened its store yet. */
  #opening: DiskPlace | null = null;
  #lives = 0;
  #progressMs = 0;

  constructor(options: WorldOptions = {}) {
    const { seed = 1, device = 'edge-01', groups = ['berlin', 'europe'], report } = options;
    this.homeAssistant = options.homeAssistant ?? null;
    this.seed = seed;
    this.device = device;
    this.groups = groups;
    this.#report = { ...REPORT, ...report };
    this.#random = fork(seed, 'world');
    this.#diskRandom = fork(seed, 'disk');
    this.daemon = new Daemon({ clock: this.clock, random: fork(seed, 'engine') });
    this.faults = new CallFaults(fork(seed, 'faults'));
    this.broker = new MemoryBroker({ clock: this.clock, random: fork(seed, 'broker') });
    this.host = new MemoryHost(this.clock);
    this.broker.onTaken = ({ from, topic }) => this.note(`broker: ${topic} by ${from}`);
    this.daemon.witnesses.push((event, { id, spec, exitCode, state }) =>
      this.note(`engine: ${event} ${spec.name} r${spec.revision} ${id.slice(0, 6)} ${state} ${exitCode}`),
    );
  }

  get registry() {
    return this.daemon.registry;
  }

  get programs() {
    return this.daemon.programs;
  }

  /** The engine's client of the present life. */
  get engine(): MemoryEngine {
    if (this.#life === null) throw new Error('the agent does not run');
    return this.#life.engine;
  }

  /** The agent's own store, `null` while it does not run. */
  get store(): Store | null {
    return this.#life?.store ?? null;
  }

  /** The database below the store, to count rows in. */
  get database(): SqlDatabase | null {
    return this.#life?.place.database ?? null;
  }

  /** Monotonic time as the present process counts it. */
  get processMs(): number {
    return this.#life?.clock.monotonicMs() ?? 0;
  }

  get agent(): Agent {
    if (this.#life === null) throw new Error('the agent does not run');
    return this.#life.agent;
  }

  get isAgentUp(): boolean {
    return this.#life !== null;
  }

  /** Starts the agent; it gets going as the clock does. */
  startAgent(): void {
    if (this.#life !== null) return;
    this.note('agent: starts');
    const life = this.#begin();
    if (life === null) return;
    this.#life = life;
    this.#progressMs = this.clock.monotonicMs();
    life.agent.start().catch((error: unknown) => this.#takeFatal(life, error));
    this.#watchdog(life);
  }

  /** Stops it in peace and starts it again. */
  async restartAgent(): Promise<void> {
    const life = this.#life;
    if (life === null) return this.startAgent();
    let isStopped = false;
    const stopping = life.agent.stop().then(() => {
      isStopped = true;
    });
    await this.clock.runUntil(() => isStopped, { maxMs: 120_000, what: 'the agent stops' });
    await stopping;
    this.#bury(life);
    this.startAgent();
  }

  /** SIGKILL: nothing more comes of this process. systemd starts the next. */
  killAgent(): void {
    if (this.#life === null && this.#opening === null) return;
    this.note('agent: killed');
    this.#cease();
    this.clock.schedule(RESTART_MS, () => this.startAgent());
  }

  /**
   * SIGSTOP for so long, or a device that swaps: the process does not run, and the world goes on. The broker gives
   * it up in time; whoever stops a process so keeps the watchdog away from it.
   */
  freezeAgent(ms: number): void {
    const life = this.#life;
    if (life === null || life.clock.isFrozen) return;
    this.note(`agent: frozen for ${ms} ms`);
    life.clock.freeze(ms, () => {
      this.note('agent: runs again');
      this.#progressMs = this.clock.monotonicMs();
      this.thawedMs = this.clock.monotonicMs();
    });
    if (ms <= GIVEN_UP_MS) return;
    this.clock.schedule(GIVEN_UP_MS, () => {
      if (this.#life === life) this.broker.disconnect(clientIdOf(this.device));
    });
  }

  get isAgentFrozen(): boolean {
    return this.#life?.clock.isFrozen ?? false;
  }

  /** The device is dark for `offMs`, then boots: engine and agent in no certain order. */
  powerCut(offMs = 20_000): void {
    this.note('power: off');
    this.disk = this.disk.cut(this.#diskRandom);
    this.#cease();
    this.daemon.losePower();
    this.clock.schedule(offMs, () => this.host.reboot());
    this.clock.schedule(offMs + between(this.#random, 2000, 8000), () => {
      this.note('power: engine is up');
      this.daemon.begin();
    });
    this.clock.schedule(offMs + between(this.#random, 2000, 8000), () => this.startAgent());
  }

  /** The engine alone ends and comes up again. */
  restartEngine({ isLiveRestore = false, downMs = 5000 } = {}): void {
    this.daemon.end({ isLiveRestore });
    this.clock.schedule(downMs, () => this.daemon.begin());
  }

  /** As a manager does: retained, to this device or to one of its groups. Images are pushed if they are not yet. */
  publish(
    document: { readonly name: string },
    to: Addressee = { kind: 'device', device: this.device },
  ): void {
    this.#push(document);
    const topic = formatTopic(DEFAULT_TOPIC_PREFIX, { kind: 'deployment', to, name: document.name });
    this.broker.publish(topic, JSON.stringify(document), { retain: true });
  }

  #push(document: object): void {
    for (const image of imagesIn(document)) if (this.registry.find(image) === null) this.registry.push(image);
  }

  /** The newest status that the broker holds. */
  status(name: string): Status | null {
    const { device } = this;
    const text = this.broker.retained.get(
      formatTopic(DEFAULT_TOPIC_PREFIX, { kind: 'status', device, name }),
    );
    if (text === undefined) return null;
    const status: Status = JSON.parse(text);
    return status;
  }

  /** What the agent tells its technician. */
  async localStatus(): Promise<LocalStatus> {
    const asked = this.agent.operations.status.ask({}, new AbortController().signal);
    await this.clock.advance(MEASURED_MS);
    const outcome = await asked;
    if (outcome.kind !== 'done') throw new Error(`the local status came to ${outcome.kind}`);
    return outcome.answer;
  }

  /** As a technician asks; begun once it returns. */
  restart(target: string) {
    return this.agent.operations.restart.ask({ target }, new AbortController().signal);
  }

  /** As a technician does, from a file. Images are pushed if they are not yet. */
  apply(document: object) {
    this.#push(document);
    const { signal } = new AbortController();
    return this.agent.operations.apply.ask({ document: JSON.stringify(document) }, signal);
  }

  /** What the agent says it would do with a document, which comes from `to`. */
  async plan(document: object, to = 'device'): Promise<PlanAnswer> {
    const asked = this.agent.operations.plan.ask(
      { document: JSON.stringify(document), to },
      new AbortController().signal,
    );
    let outcome: Awaited<typeof asked> | null = null;
    asked.then(
      (come) => {
        outcome = come;
      },
      () => undefined,
    );
    await this.until(() => outcome !== null, { what: 'a plan' });
    const come = await asked;
    if (come.kind !== 'done') throw new Error(`the plan came to ${come.kind}`);
    return come.answer;
  }

  /** As a technician does, or a manager. */
  switchNow(deployment: string) {
    return this.agent.operations.switch.ask({ deployment }, new AbortController().signal);
  }

  /** As a technician does; answers with what came of it. */
  async retry(deployment: string): Promise<string> {
    const { kind } = await this.agent.operations.retry.ask({ deployment }, new AbortController().signal);
    return kind;
  }

  /** Where the record of a deployment stands on the disk; `null` when there is none, or no agent that reads it. */
  standing(name: string): Standing | null {
    const store = this.#life?.store;
    const record = store?.readRecord(name) ?? null;
    if (store === undefined || record === null) return null;
    const bodies = store.acceptedRevisions(name).map(({ hash }) => store.documentBody(hash));
    const isRemoval = bodies.some((body) => body !== null && JSON.parse(body).state === 'absent');
    return standingOf(record, isRemoval);
  }

  /** Every status of a deployment that was told, oldest first. */
  toldStatuses(name: string): Status[] {
    const { device } = this;
    const topic = formatTopic(DEFAULT_TOPIC_PREFIX, { kind: 'status', device, name });
    return this.broker.payloadsOf(topic).map((text): Status => JSON.parse(text));
  }

  /** Every event that was told, oldest first; one that was told twice stands twice. */
  toldEvents(): Event[] {
    const topic = formatTopic(DEFAULT_TOPIC_PREFIX, { kind: 'events', device: this.device });
    return this.broker.payloadsOf(topic).flatMap((text) => {
      const batch: EventBatch = JSON.parse(text);
      return batch.events;
    });
  }

  /** Containers that run, or are about to again. */
  up(deployment: string, service?: string): Container[] {
    return this.daemon.of(deployment, service).filter((container) => container.isUp);
  }

  /** `VirtualClock.skip`, which the watchdog takes for no hang. */
  skip(maxMs: number): number {
    const skippedMs = this.clock.skip(maxMs);
    this.#progressMs += skippedMs;
    return skippedMs;
  }

  run(ms: number): Promise<void> {
    return this.clock.advance(ms);
  }

  async until(condition: () => boolean, options: { maxMs?: number; what?: string } = {}): Promise<void> {
    const { maxMs = 10 * 60_000, what } = options;
    try {
      await this.clock.runUntil(condition, { maxMs, ...(what === undefined ? {} : { what }) });
    } catch (error) {
      const tail = this.trace.slice(-60).join('\n');
      throw new Error(`seed ${this.seed}: ${error instanceof Error ? error.message : error}\n${tail}`);
    }
  }

  /** Until the broker holds a status of that phase for that desired revision. */
  async untilPhase(
    name: string,
    phase: Status['phase'],
    { revision, maxMs }: { revision?: number; maxMs?: number } = {},
  ): Promise<Status> {
    const fits = (status: Status | null): status is Status =>
      status?.phase === phase && (revision === undefined || status.desired?.revision === revision);
    const what = `${name} ${phase}${revision === undefined ? '' : ` at revision ${revision}`}`;
    await this.until(() => fits(this.status(name)), { what, ...(maxMs === undefined ? {} : { maxMs }) });
    const status = this.status(name);
    if (!fits(status)) throw new Error('unreachable: it held a moment ago');
    return status;
  }

  note(text: string): void {
    const line = `${(this.clock.monotonicMs() / 1000).toFixed(3)} ${text}`;
    this.trace.push(line);
    this.onNote?.(line);
    if (this.trace.length > MAX_TRACE) this.trace.splice(0, MAX_TRACE / 2);
  }

  /** Ends everything; nothing of it fires again. */
  close(): void {
    this.#cease();
  }

  /** `null` where it comes to nothing: it was ended in the midst of it, or has no store. */
  #begin(): Life | null {
    const clock = new ProcessClock(this.clock);
    const place = new DiskPlace(this.disk, () => clock.wallTime());
    this.#opening = place;
    try {
      const life = this.#newLife(clock, place);
      if (this.#opening === place) return life;
    } catch (error) {
      if (this.#opening === place) this.#takeOpenError(place, error);
    } finally {
      this.#opening = null;
    }
    return null;
  }

  /** The process ends with a hint, and systemd starts the next. */
  #takeOpenError(place: DiskPlace, error: unknown): void {
    this.note(`agent: no store: ${error instanceof Error ? error.stack : String(error)}`);
    place.abandon();
    if (!(error instanceof StoreBlocked)) this.fatal.push(error);
    this.clock.schedule(RESTART_MS, () => this.startAgent());
  }

  #newLife(clock: ProcessClock, place: DiskPlace): Life {
    const sqlite = openStoreAt(place, { outboxBytes: this.#report.outboxBytes });
    if (sqlite.recovery !== null) {
      this.recoveries += 1;
      this.note(`store: ${JSON.stringify(sqlite.recovery)}`);
    }
    const store = processStore(sqlite, {
      beforeWrite: (name) => this.beforeWrite?.(name),
      afterWrite: (name, values) => {
        if (name === 'writeRecord') checkRecord(values[1]);
        this.writes += 1;
        this.onWrite?.(name, this.writes, values);
      },
    });
    const engine = new MemoryEngine(this.daemon, this.faults, clock);
    const edges = {
      ...{
        clock,
        store,
        journal: sqlite.journal,
        engine,
        files: this.files,
        folders: this.folders,
        keptLogs: this.keptLogs,
        host: this.host,
      },
      random: fork(this.seed, `life ${this.#lives}`),
      check: memoryCheck(this.daemon, clock),
      checks: { run: async () => [] },
      sizes: { look: (...asked: Parameters<ImageSizes['look']>) => this.sizes.look(...asked) },
      readBeat: memoryBeat(this.daemon),
    };
    let line: MemoryLine | null = null;
    const agent = assembleAgent(
      {
        ...edges,
        openLine: (handlers) => {
          line = this.#openLine(clock, handlers);
          return line;
        },
      },
      {
        device: this.device,
        otherHostName: null,
        groups: this.groups,
        topicPrefix: DEFAULT_TOPIC_PREFIX,
        brokerUrl: 'mqtt://fake',
        dataDir: '/var/lib/holdfast',
        stateIntervalMs: this.#report.stateIntervalMs,
        sampleIntervalMs: this.#report.sampleIntervalMs,
        imageGraceMs: 60 * 60_000,
        imageReserveBytes: 512 * 1024 ** 2,
        homeAssistant: this.homeAssistant === null ? null : { prefix: this.homeAssistant },
        maxWaitMs: 15_000,
        loggerFor: (room) => this.#loggerFor(room, place),
        onProgress: () => {
          if (this.#life?.agent === agent) this.#progressMs = this.clock.monotonicMs();
        },
        onFatal: (error) => this.#takeFatal(life, error),
      },
    );
    const life: Life = { agent, place, store, engine, clock, line };
    return life;
  }

  #openLine(clock: ProcessClock, handlers: LineHandlers): MemoryLine {
    const { bootId } = this.host.readFacts();
    const { broker, device, groups, homeAssistant } = this;
    return new MemoryLine({
      broker,
      clock,
      handlers,
      device,
      groups,
      topicPrefix: DEFAULT_TOPIC_PREFIX,
      alsoHears: homeAssistant === null ? [] : [installFilter({ prefix: homeAssistant, device })],
      bootId,
      gate: clock,
      idleClock: clock.idle,
      onStatus: (status) => this.onBrokerStatus?.(status),
    });
  }

  #takeFatal(life: Life, error: unknown): void {
    if (this.#life !== life) return;
    this.note(`agent: fatal ${error instanceof Error ? error.stack : String(error)}`);
    this.fatal.push(error);
    this.killAgent();
  }

  /** systemd's: a loop that hangs for too long is killed with its process. */
  #watchdog(life: Life): void {
    this.clock.schedule(
      WATCHDOG_MS / 4,
      () => {
        if (this.#life !== life) return;
        if (life.clock.isFrozen) return this.#watchdog(life);
        if (this.clock.monotonicMs() - this.#progressMs < WATCHDOG_MS) return this.#watchdog(life);
        this.watchdogKills += 1;
        this.note('watchdog: kills');
        this.killAgent();
      },
      'pulse',
    );
  }

  /** Whatever there is of a process ends. */
  #cease(): void {
    this.#opening?.abandon();
    this.#opening = null;
    if (this.#life !== null) this.#end(this.#life);
  }

  /** The edges go dead at once; what is on the disk is what the next life finds. */
  #end(life: Life): void {
    this.#drop(life);
    life.place.abandon();
  }

  #bury(life: Life): void {
    this.#drop(life);
    life.place.database.close();
  }

  #drop(life: Life): void {
    this.#life = null;
    this.#lives += 1;
    life.store.drop();
    life.engine.drop();
    life.clock.drop();
    life.line?.drop();
  }

  /** The agent copes with it, and yet no test may pass it over. What a process meets that has ended is none. */
  #takeFault(place: DiskPlace, fault: unknown): void {
    if (this.#life?.place === place) this.fatal.push(fault);
  }

  #loggerFor(room: string, place: DiskPlace): Logger {
    const line = (level: string) => (fields: object, message: string) =>
      this.note(`${level} ${room}: ${message} ${JSON.stringify(fields)}`);
    const error = (fields: object, message: string): void => {
      line('error')(fields, message);
      if (message === FAULT && 'err' in fields) this.#takeFault(place, fields.err);
    };
    return { debug: line('debug'), info: line('info'), warn: line('warn'), error };
  }
}

function imagesIn(document: object): string[] {
  if (!('services' in document) || typeof document.services !== 'object' || document.services === null)
    return [];
  return Object.values(document.services).flatMap((service: unknown) => {
    const isService = typeof service === 'object' && service !== null && 'image' in service;
    return isService && typeof service.image === 'string' ? [service.image] : [];
  });
}

/** The next start has to read whole what is stored now. */
function checkRecord(record: unknown): void {
  const { loss } = decodeRecord(JSON.parse(JSON.stringify(record)));
  if (loss !== null) throw new Error(`a record was stored that cannot be read: ${loss.message}`);
}
