// One container: its states, its program's run, and what its restart policy does when that ends.

import type { InstanceSpec } from '../../../agent/model/instance.ts';
import type {
  BoundPort,
  HostPort,
  InitProcess,
  MutableSettings,
  ObservedContainer,
} from '../../../agent/model/observed.ts';
import type { Random } from '../../../lib/time/clock.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import { heldBy } from './held-by.ts';
import type { StoredImage } from './images.ts';
import type { ProgramTable, Run } from './programs.ts';
import { RestartPolicy } from './restart-policy.ts';

export type ContainerEvent =
  | 'create'
  | 'start'
  | 'kill'
  | 'die'
  | 'oom'
  | 'stop'
  | 'destroy'
  | 'pause'
  | 'unpause'
  | 'update'
  | 'health_status';

/** What a container needs of the engine that it lives in. */
export interface Surroundings {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly programs: ProgramTable;
  /** `null` while the engine is down, and so restarts nothing. */
  readonly session: AbortSignal | null;
  newAddress(): string;
  /** A port of the host that nobody has, in no order that matters. */
  freePort(protocol: string): number;
  /** Why it cannot start, such as a port that is taken; `null` when it can. */
  obstacleFor(container: Container): string | null;
  /** How often another container has started, which tells its runs apart; `null` while it is not up. */
  runOf(id: string): number | null;
  /** Whether that service of the same deployment answers now. */
  answers(deployment: string, service: string): boolean;
  emit(event: ContainerEvent, container: Container): void;
}

export interface ContainerIdentity {
  readonly id: string;
  readonly name: string;
  /** Whether another program or a person made it: it bears our labels, as they were copied with an image. */
  readonly isForeign?: boolean;
  readonly deployment: string;
  readonly spec: InstanceSpec;
  readonly image: StoredImage;
  /** The containers whose namespaces it lives in, by id. */
  readonly joins: readonly string[];
  /** `none` unless told otherwise. */
  readonly init?: InitProcess;
}

const KILLED = 137;
/** What the engine writes down for a container that ran when the power went. */
const LOST = 255;
const MAX_LINES = 100;

export class Container {
  readonly id: string;
  readonly name: string;
  readonly isForeign: boolean;
  readonly deployment: string;
  readonly spec: InstanceSpec;
  readonly image: StoredImage;
  readonly joins: readonly string[];
  readonly init: InitProcess;
  readonly policy: RestartPolicy;
  readonly networks = new Set<string>();
  /** Those of them that were removed since it ran on them: made anew, they have to be joined anew. */
  readonly lostNetworks = new Set<string>();
  readonly lines: string[] = [];
  /** How many of them are of the present or last run. */
  #linesOfRun = 0;
  settings: MutableSettings;
  state: 'created' | 'running' | 'restarting' | 'paused' | 'exited' | 'dead' = 'created';
  exitCode = 0;
  oomKilled = false;
  startedAt: string | null = null;
  restartCount = 0;
  /** The last stop killed it, and it would have ended within the grace that it was made with. */
  wasCutShort = false;
  address: string | null = null;
  /** Of the host, while it runs. */
  ports: readonly BoundPort[] = [];
  health: ObservedContainer['engineHealth'] = 'none';
  /** Starts over its whole life, by whomever. */
  runs = 0;
  readonly #around: Surroundings;
  #isManuallyStopped = false;
  #run: Run | null = null;
  #startedMs = 0;
  #exitWaiters: (() => void)[] = [];
  #timers: (() => void)[] = [];
  #failedHealthchecks = 0;
  /** The runs whose namespaces its own run has joined: those end with them. */
  #joinedRuns: readonly (number | null)[] = [];

  constructor(
    { id, name, isForeign = false, deployment, spec, image, joins, init = 'none' }: ContainerIdentity,
    settings: MutableSettings,
    around: Surroundings,
  ) {
    this.id = id;
    this.name = name;
    this.isForeign = isForeign;
    this.deployment = deployment;
    this.spec = spec;
    this.image = image;
    this.joins = joins;
    this.init = init;
    this.settings = settings;
    this.policy = new RestartPolicy(settings.restartPolicy);
    this.#around = around;
  }

  /** As it was made with, in whole seconds as the engine's API takes it. */
  get stopGraceMs(): number {
    return Math.ceil(this.spec.service.stopGraceMs / 1000) * 1000;
  }

  /** What nobody else can have while it is up. */
  get hostPorts(): readonly HostPort[] {
    const isGiven = ({ published }: BoundPort): boolean =>
      this.spec.service.ports.every((port) => port.published !== published);
    const given = this.ports.filter(isGiven);
    return [
      ...heldBy(this.spec).hostPorts,
      ...given.map(({ hostIp, published, protocol }) => ({ hostIp, port: `${published}/${protocol}` })),
    ];
  }

  get isUp(): boolean {
    return this.state === 'running' || this.state === 'restarting' || this.state === 'paused';
  }

  /** Whether a probe from outside would be answered now. */
  get isAnswering(): boolean {
    if (this.state !== 'running' || this.#run === null) return false;
    const ranMs = this.#around.clock.monotonicMs() - this.#startedMs;
    const { answersFromMs, hangsFromMs, needs } = this.#run;
    const hasNeighbours = needs.every((service) => this.#around.answers(this.deployment, service));
    return ranMs >= answersFromMs && ranMs < hangsFromMs && hasNeighbours && this.hasNamespaces;
  }

  /** Since when its program runs and does not answer of its own accord, in the world's time; `null`: it answers. */
  get hangsSinceMs(): number | null {
    if (this.state !== 'running' || this.#run === null) return null;
    const sinceMs = this.#startedMs + this.#run.hangsFromMs;
    return sinceMs <= this.#around.clock.monotonicMs() ? sinceMs : null;
  }

  /** Whether something would accept its connection, be it answered or not. */
  get isListening(): boolean {
    if (this.state === 'paused') return true;
    if (this.state !== 'running' || this.#run === null) return false;
    const ranMs = this.#around.clock.monotonicMs() - this.#startedMs;
    return ranMs >= this.#run.answersFromMs && this.hasNamespaces;
  }

  /** Whether the runs whose namespaces its own has joined still go on. */
  get hasNamespaces(): boolean {
    return this.joins.every((id, index) => this.#around.runOf(id) === this.#joinedRuns[index]);
  }

  /** A start through the API. Why it failed, or `null`. */
  get linesOfRun(): readonly string[] {
    return this.#linesOfRun === 0 ? [] : this.lines.slice(-this.#linesOfRun);
  }

  start(): string | null {
    if (this.isUp) return null;
    this.policy.reset();
    this.restartCount = 0;
    this.#isManuallyStopped = false;
    return this.#begin();
  }

  /** A stop through the API: over when the promise resolves. The policy is not asked. */
  stop(graceMs = this.stopGraceMs): Promise<void> {
    if (this.isUp) this.#isManuallyStopped = true;
    if (this.state === 'restarting') {
      this.#end();
      this.state = 'exited';
      this.#around.emit('stop', this);
      return Promise.resolve();
    }
    if (!this.isUp) return Promise.resolve();
    // The engine wakes a paused one, so that it hears the signal.
    this.unpause();
    this.#around.emit('kill', this);
    const takesMs = this.#run?.stopTakesMs ?? 0;
    const exitCode = takesMs > graceMs ? KILLED : (this.#run?.stopCode ?? KILLED);
    this.wasCutShort = takesMs > graceMs && takesMs <= this.stopGraceMs;
    this.#later(Math.min(takesMs, graceMs), () => {
      this.#exit(exitCode, false);
      this.#around.emit('stop', this);
    });
    return new Promise((resolve) => this.#exitWaiters.push(resolve));
  }

  /** `docker kill`: the policy is not asked either. */
  kill(): void {
    if (!this.isUp) return;
    this.#isManuallyStopped = true;
    if (this.state === 'restarting') this.#end();
    else this.#exit(KILLED, false);
    this.state = 'exited';
  }

  /** Its process ends, whoever did it, behind the engine's back: the policy is asked. */
  crash(code: number, isOom = false): void {
    if (this.state === 'running' || this.state === 'paused') this.#exit(code, isOom);
  }

  pause(): void {
    if (this.state !== 'running') return;
    this.state = 'paused';
    this.#stopLooking();
    this.#around.emit('pause', this);
  }

  unpause(): void {
    if (this.state !== 'paused') return;
    this.state = 'running';
    this.#around.emit('unpause', this);
  }

  update(settings: MutableSettings): void {
    // To the engine's update call 0 means "as it was".
    this.settings = {
      ...settings,
      memoryBytes: settings.memoryBytes || this.settings.memoryBytes,
      nanoCpus: settings.nanoCpus || this.settings.nanoCpus,
    };
    this.policy.text = settings.restartPolicy;
    this.#around.emit('update', this);
  }

  /** Stops mattering: no timer of it fires again. */
  dispose(): void {
    this.#end();
    this.#releaseWaiters();
  }

  /** The machine loses power. Nothing is told. */
  lose(): void {
    this.#endUntold(LOST);
  }

  /** The engine ends in order and takes it along, which is no stop by hand. Nothing is told. */
  shutDown(): void {
    const takesMs = this.#run?.stopTakesMs ?? 0;
    const exitCode = takesMs > this.stopGraceMs ? KILLED : (this.#run?.stopCode ?? this.exitCode);
    this.#endUntold(exitCode);
  }

  #endUntold(exitCode: number): void {
    const wasUp = this.isUp;
    this.#end();
    this.#releaseWaiters();
    if (!wasUp) return;
    this.exitCode = exitCode;
    this.state = 'exited';
  }

  /** The engine comes up again and starts what its policy says, as it was when the engine ended. */
  revive(): void {
    if (this.runs === 0 || this.isUp) return;
    const exit = {
      exitCode: this.exitCode,
      ranForMs: 0,
      isManuallyStopped: this.#isManuallyStopped,
      restartCount: this.restartCount,
    };
    if (this.policy.nextStartInMs(exit) === null) return;
    this.policy.reset();
    this.restartCount = 0;
    this.#begin();
  }

  #begin(): string | null {
    const { clock, programs, random } = this.#around;
    const obstacle = this.#around.obstacleFor(this);
    if (obstacle !== null) {
      if (this.exitCode === 0) this.exitCode = 128;
      if (this.state !== 'created') this.state = 'exited';
      return obstacle;
    }
    this.runs += 1;
    this.state = 'running';
    this.oomKilled = false;
    this.#startedMs = clock.monotonicMs();
    this.#joinedRuns = this.joins.map((id) => this.#around.runOf(id));
    // The engine's times have nanoseconds: no two starts are at the same.
    this.startedAt = clock
      .wallTime()
      .toISOString()
      .replace('Z', `${String(this.runs).padStart(6, '0')}Z`);
    this.address = this.#around.newAddress();
    this.ports = this.#bind();
    const memoryLimitBytes = this.settings.memoryBytes;
    const context = { run: this.runs, memoryLimitBytes, init: this.init, random };
    const run = programs.of(this.spec.service.image.text)(context);
    this.#run = run;
    this.lines.push(...run.lines);
    this.lines.splice(0, this.lines.length - MAX_LINES);
    this.#linesOfRun = run.lines.length;
    const { exit } = run;
    if (exit !== null) this.#later(exit.afterMs, () => this.#exit(exit.code, exit.isOom ?? false));
    // Moments of their own: a clock that leaves out what is idle stops at them.
    for (const changesMs of [run.answersFromMs, run.hangsFromMs]) this.#later(changesMs, () => undefined);
    this.#beginHealthchecks();
    this.#around.emit('start', this);
    return null;
  }

  #bind(): BoundPort[] {
    return this.spec.service.ports.map((port) => ({
      ...port,
      published: port.published ?? this.#around.freePort(port.protocol),
    }));
  }

  #exit(code: number, isOom: boolean): void {
    const { clock } = this.#around;
    const ranForMs = clock.monotonicMs() - this.#startedMs;
    this.#end();
    this.exitCode = code;
    this.oomKilled = isOom;
    const facts = { exitCode: code, ranForMs, isManuallyStopped: this.#isManuallyStopped };
    const delayMs = this.policy.nextStartInMs({ ...facts, restartCount: this.restartCount });
    this.state = delayMs === null ? 'exited' : 'restarting';
    if (delayMs !== null) {
      this.restartCount += 1;
      this.#later(delayMs, () => {
        this.state = 'exited';
        if (this.#around.session !== null) this.#begin();
      });
    }
    if (isOom) this.#around.emit('oom', this);
    this.#around.emit('die', this);
    this.#releaseWaiters();
  }

  #releaseWaiters(): void {
    const waiters = this.#exitWaiters;
    this.#exitWaiters = [];
    for (const release of waiters) release();
  }

  #end(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers = [];
    this.#run = null;
    this.address = null;
    this.ports = [];
    this.#stopLooking();
  }

  /** One whose health nobody looks at counts as unhealthy until the next look. */
  #stopLooking(): void {
    if (this.health !== 'none') this.health = 'unhealthy';
  }

  #later(ms: number, fire: () => void): void {
    if (ms !== Number.POSITIVE_INFINITY) this.#timers.push(this.#around.clock.schedule(ms, fire));
  }

  #beginHealthchecks(): void {
    const { healthcheck } = this.spec.service;
    // Its images have no check of their own.
    if (healthcheck === null || healthcheck.test === null || healthcheck.test[0] === 'NONE') return;
    this.health = 'starting';
    this.#failedHealthchecks = 0;
    const everyMs = healthcheck.intervalMs ?? 30_000;
    const look = (): void => {
      this.#lookAtHealth(healthcheck.retries ?? 3, healthcheck.startPeriodMs ?? 0);
      this.#later(everyMs, look);
    };
    this.#later(everyMs, look);
  }

  #lookAtHealth(retries: number, startPeriodMs: number): void {
    if (this.state !== 'running') return;
    const before = this.health;
    const isForgiven = this.#around.clock.monotonicMs() - this.#startedMs < startPeriodMs;
    if (this.isAnswering) {
      this.#failedHealthchecks = 0;
      this.health = 'healthy';
    } else if (!(isForgiven && before === 'starting')) {
      this.#failedHealthchecks += 1;
      if (this.#failedHealthchecks >= retries) this.health = 'unhealthy';
    }
    if (this.health !== before) this.#around.emit('health_status', this);
  }
}
