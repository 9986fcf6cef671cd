// The engine itself: its containers, networks, volumes and images, what survives it, and its calls' effects.

import { initFor } from '../../../agent/docker/init-process.ts';
import type { DesiredService } from '../../../agent/model/desired-service.ts';
import { type InstanceSpec, isMadeFor } from '../../../agent/model/instance.ts';
import type { OutputLine } from '../../../agent/model/last-words.ts';
import type {
  HostPort,
  MutableSettings,
  NetworkFacts,
  ObservedContainer,
  VolumeFacts,
} from '../../../agent/model/observed.ts';
import { sharedKey, sharedName } from '../../../agent/model/resources.ts';
import type { Step, StepOutcome } from '../../../agent/model/steps.ts';
import type { EngineFacts, EngineStep, EngineView } from '../../../agent/ports/engine.ts';
import type { Random } from '../../../lib/time/clock.ts';
import { hexOf } from '../random.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import { Container, type ContainerEvent, type Surroundings } from './container.ts';
import { doCollide, heldBy } from './held-by.ts';
import { ImageStore, Registry } from './images.ts';
import { ProgramTable } from './programs.ts';

/** Called as it happens, with nothing lost: for checks and traces, not for the agent. */
export type Witness = (event: ContainerEvent, container: Container) => void;

export const DONE: StepOutcome = { ok: true };
const FIRST_FREE_PORT = 32_768;
const FREE_PORTS = 28_232;

export class Daemon implements Surroundings {
  readonly clock: VirtualClock;
  readonly random: Random;
  /** At which no program listens. */
  readonly deafPorts = new Set<number>();
  readonly programs = new ProgramTable();
  readonly registry: Registry;
  readonly images: ImageStore;
  readonly containers = new Map<string, Container>();
  /** By deployment and key, as `NAME/NETWORK`; those that are shared as `shared/NETWORK`. */
  readonly networks = new Map<string, NetworkFacts>();
  readonly volumes = new Map<string, VolumeFacts>();
  /** Shared ones that somebody else has made, as `network shared/NETWORK` or `volume shared/VOLUME`. */
  readonly handMade = new Set<string>();
  /** What others made under names that would be ours, as `network NAME/NETWORK` or `volume NAME/VOLUME`. */
  readonly foreignNames = new Set<string>();
  /** Host ports that other programs have, as `8080/tcp`. */
  readonly foreignPorts = new Set<string>();
  readonly witnesses: Witness[] = [];
  /** Called when a start through the API fails as another container has the port. */
  onPortTaken: ((container: Container, holder: Container) => void) | null = null;
  /** Called with each step that the agent asks for, before it takes effect. */
  readonly stepListeners: ((deployment: string, step: Step) => void)[] = [];
  /** Ids of containers that the engine has and cannot read, as after a crash. They do not run, and never will. */
  readonly unreadable = new Set<string>();
  /** How it shows settings that it was given, in another form than it was asked. */
  echo: (settings: MutableSettings) => MutableSettings = (settings) => settings;
  /** When it last ended, and with it the runs of its containers, or left a call without an answer. */
  silentMs = Number.NEGATIVE_INFINITY;
  version = '29.0.0';
  apiVersion = '1.52';
  enforces: EngineFacts['enforces'] = ['memory', 'cpus', 'pids'];
  /** Aborted when the engine ends; `null` while it is down. */
  #session: AbortController | null = new AbortController();
  #watchers = new Set<(deployment: string) => void>();
  #addresses = 0;
  #givenPorts = 0;

  constructor(options: { clock: VirtualClock; random: Random }) {
    this.clock = options.clock;
    this.random = options.random;
    this.registry = new Registry(this.random);
    this.images = new ImageStore({ clock: this.clock, registry: this.registry, random: this.random });
  }

  /** Aborts when the engine ends; `null` when it is down now. */
  get session(): AbortSignal | null {
    return this.#session?.signal ?? null;
  }

  /** The engine ends in order. With live restore its containers run on, and nothing restarts those that exit. */
  end(options: { isLiveRestore: boolean }): void {
    this.#endSession();
    if (!options.isLiveRestore) for (const container of this.containers.values()) container.shutDown();
  }

  /** The machine goes dark, the engine and its containers with it. */
  losePower(): void {
    this.#endSession();
    for (const container of this.containers.values()) container.lose();
  }

  #endSession(): void {
    this.silentMs = this.clock.monotonicMs();
    this.#session?.abort();
    this.#session = null;
    this.#watchers.clear();
  }

  /** Comes up: what the restart policies say runs before the first call is answered. */
  begin(): void {
    if (this.#session !== null) return;
    for (const container of this.containers.values()) container.revive();
    this.#session = new AbortController();
  }

  watch(onEvent: (deployment: string) => void): () => void {
    this.#watchers.add(onEvent);
    return () => this.#watchers.delete(onEvent);
  }

  emit(event: ContainerEvent, container: Container): void {
    for (const witness of this.witnesses) witness(event, container);
    // The agent does not ask for it: the end of what is killed is told too.
    if (event === 'kill') return;
    for (const onEvent of this.#watchers) onEvent(container.deployment);
  }

  newAddress(): string {
    this.#addresses += 1;
    return `172.18.${(this.#addresses >> 8) & 255}.${this.#addresses & 255}`;
  }

  /** Never the same twice in a row, as a kernel gives them. */
  freePort(protocol: string): number {
    const port = FIRST_FREE_PORT + (this.#givenPorts % FREE_PORTS);
    this.#givenPorts += 1;
    const name = `${port}/${protocol}`;
    const isTaken = this.foreignPorts.has(name) || this.#holdersOf([{ hostIp: null, port: name }]).length > 0;
    return isTaken ? this.freePort(protocol) : port;
  }

  answers(deployment: string, service: string): boolean {
    return [...this.containers.values()].some(
      (other) =>
        other.deployment === deployment &&
        other.spec.name === service &&
        !other.isForeign &&
        other.isAnswering,
    );
  }

  at(address: string): Container | null {
    return [...this.containers.values()].find((container) => container.address === address) ?? null;
  }

  /** Ids of the images of all containers. */
  imagesInUse(): Set<string> {
    return new Set([...this.containers.values()].map(({ image }) => image.id));
  }

  /** Those of one deployment, but for copies by others; of one service of it if so asked. */
  of(deployment: string, service?: string): Container[] {
    return this.#labelled(deployment).filter(
      (container) => !container.isForeign && (service === undefined || container.spec.name === service),
    );
  }

  #labelled(deployment: string): Container[] {
    return [...this.containers.values()].filter((container) => container.deployment === deployment);
  }

  obstacleFor(container: Container): string | null {
    if (this.unreadable.has(container.id)) return `RWLayer of container ${container.id} is unexpectedly nil`;
    const missing = [...container.networks].find(
      (key) => container.lostNetworks.has(key) || !this.networks.has(placeOf(container.deployment, key)),
    );
    if (missing !== undefined) return `network ${missing} not found`;
    for (const id of container.joins) {
      const host = this.containers.get(id);
      if (host === undefined) return `No such container: ${id}`;
      if (this.runOf(id) === null) return `cannot join network of a non running container: ${id}`;
    }
    if (this.#isAddressTaken(container)) return 'Address already in use';
    const taken = this.#takenPort(container);
    return taken === null ? null : `Bind for 0.0.0.0:${taken} failed: port is already allocated`;
  }

  runOf(id: string): number | null {
    const container = this.containers.get(id);
    return container?.state === 'running' || container?.state === 'paused' ? container.runs : null;
  }

  /** In another's network nothing is reached while that one does not run. */
  #hasLostItsNetwork({ spec, joins }: Container): boolean {
    const isGuest = spec.service.networkMode?.kind === 'joined';
    return isGuest && joins.some((id) => this.runOf(id) === null);
  }

  #isAddressTaken(container: Container): boolean {
    const { addresses } = heldBy(container.spec);
    return [...this.containers.values()].some(
      (other) =>
        other !== container &&
        this.runOf(other.id) !== null &&
        heldBy(other.spec).addresses.some((held) => addresses.includes(held)),
    );
  }

  #takenPort(container: Container): string | null {
    const taken = heldBy(container.spec).hostPorts.find(
      (wanted) => this.foreignPorts.has(wanted.port) || this.#holdersOf([wanted], container).length > 0,
    );
    return taken?.port ?? null;
  }

  #holdersOf(ports: readonly HostPort[], except?: Container): Container[] {
    return [...this.containers.values()].filter(
      (other) =>
        other !== except && other.state !== 'restarting' && other.isUp && doCollide(ports, other.hostPorts),
    );
  }

  #start(container: Container): StepOutcome {
    const outcome = startOutcome(container.start());
    if (outcome.ok || outcome.code !== 'port_taken') return outcome;
    for (const holder of this.#holdersOf(heldBy(container.spec).hostPorts, container))
      this.onPortTaken?.(container, holder);
    return outcome;
  }

  /** `peers` are the containers whose namespaces it is to join; they need not run yet. */
  create(
    deployment: string,
    { spec, name, peers }: { spec: InstanceSpec; name: string; peers: Readonly<Record<string, string>> },
  ): Container | StepOutcome {
    const before = [...this.containers.values()].find((other) => other.name === name);
    if (before !== undefined) {
      const isSame = before.deployment === deployment && isMadeFor(show(before), spec);
      return isSame ? before : { ok: false, code: 'name_taken', message: `a container "${name}" is there` };
    }
    const image = this.images.find(spec.service.image.text);
    if (image === null) {
      return { ok: false, code: 'image_missing', message: `No such image: ${spec.service.image.text}` };
    }
    if (this.images.isDiskFull) return { ok: false, code: 'no_space', message: 'no space left on device' };
    const id = hexOf(this.random, 64);
    // The engine looks for a missing one at the start only.
    const joins = spec.joins.map((service) => peers[service] ?? service);
    const init = initFor(spec.service, image.process);
    const identity = { id, name, deployment, spec, image, joins, init };
    const container = new Container(identity, this.enforced(spec.settings), this);
    this.containers.set(id, container);
    const [first] = Object.keys(spec.networks);
    if (first !== undefined) container.networks.add(first);
    for (const { key, options } of Object.values(spec.volumes)) {
      const place = placeOf(deployment, key);
      if (!this.volumes.has(place)) this.volumes.set(place, { options: options ?? {} });
    }
    this.emit('create', container);
    return container;
  }

  /**
   * A container that somebody made of one of ours, not started yet: by `docker commit` and `docker run`, with its
   * labels and nothing else, or with networks, ports and limits too where `isWhole`, as tools do that duplicate one.
   * Unless `isNamed` it bears the label of the deployment alone, as somebody gave it by hand.
   */
  copy(
    of: Container,
    { isWhole = false, isNamed = true, name }: { isWhole?: boolean; isNamed?: boolean; name?: string } = {},
  ): Container {
    const { deployment, spec, image } = of;
    const id = hexOf(this.random, 64);
    const bare: DesiredService = { ...spec.service, ports: [], mounts: [], folders: [] };
    const labels = isNamed ? {} : { name: '', hash: '' };
    const copied = { ...spec, ...(isWhole ? {} : { service: bare, networks: {}, volumes: {} }), ...labels };
    const identity = { id, name: name ?? `copy-${id.slice(0, 8)}`, isForeign: true };
    const copy = new Container(
      { ...identity, deployment, spec: copied, image, joins: [] },
      isWhole ? of.settings : { memoryBytes: 0, nanoCpus: 0, pids: 0, restartPolicy: 'no' },
      this,
    );
    this.containers.set(id, copy);
    if (isWhole) for (const network of of.networks) copy.networks.add(network);
    this.emit('create', copy);
    return copy;
  }

  /** Settings as the engine shows them: what the kernel does not enforce is discarded. */
  enforced(asked: MutableSettings): MutableSettings {
    return {
      memoryBytes: this.enforces.includes('memory') ? asked.memoryBytes : 0,
      nanoCpus: this.enforces.includes('cpus') ? asked.nanoCpus : 0,
      pids: this.enforces.includes('pids') ? asked.pids : 0,
      restartPolicy: asked.restartPolicy,
    };
  }

  /** A step that is no creation; what is done already counts as done. */
  async carryOut(
    deployment: string,
    step: Exclude<EngineStep, { kind: 'create_container' }>,
  ): Promise<StepOutcome> {
    switch (step.kind) {
      case 'create_network':
        return this.#createNamed(`network ${placeOf(deployment, step.network)}`, (place) => {
          const { isInternal, pool } = step.asked;
          const facts = { isInternal: isInternal === true, subnets: pool === null ? [] : [pool.subnet] };
          if (!this.networks.has(place)) this.networks.set(place, facts);
        });
      case 'create_volume':
        return this.#createNamed(`volume ${placeOf(deployment, step.volume)}`, (place) => {
          if (!this.volumes.has(place)) this.volumes.set(place, { options: step.asked.options ?? {} });
        });
      case 'remove_network':
        return this.#removeNetwork(deployment, step.network);
      case 'leave_network':
        return this.#leaveNetwork(deployment, step.network);
      case 'remove_volume':
        return this.#removeVolume(deployment, step.volume);
      default:
        return this.#carryOutOn(this.containers.get(step.container), step);
    }
  }

  #createNamed(what: string, make: (place: string) => void): StepOutcome {
    if (this.foreignNames.has(what)) return { ok: false, code: 'name_taken', message: `a ${what} is there` };
    make(what.split(' ')[1] ?? '');
    return DONE;
  }

  async #carryOutOn(
    container: Container | undefined,
    step: Extract<Step, { container: string }>,
  ): Promise<StepOutcome> {
    if (container === undefined) {
      const isDone = step.kind === 'stop_container' || step.kind === 'remove_container';
      return isDone ? DONE : engineError(`No such container: ${step.container}`);
    }
    switch (step.kind) {
      case 'start_container':
        return container.state === 'paused'
          ? startOutcome('cannot start a paused container')
          : this.#start(container);
      case 'unpause_container':
        container.unpause();
        return DONE;
      case 'stop_container':
        await container.stop();
        return DONE;
      case 'restart_container':
        await container.stop();
        return this.#start(container);
      case 'update_container':
        container.update(this.enforced(step.spec.settings));
        return DONE;
      case 'join_network':
        container.networks.add(step.network);
        container.lostNetworks.delete(step.network);
        return DONE;
      case 'remove_container':
        // One that runs is not removed, and the agent is told 409, which to it is as good as done.
        if (!container.isUp) this.remove(container.id);
        return DONE;
      case 'read_last_logs':
        return { ok: true, output: outputOf(container, step.ofThisRun === true) };
    }
  }

  /** Also `docker rm --force`. */
  remove(id: string): void {
    const container = this.containers.get(id);
    if (container === undefined) return;
    container.kill();
    container.dispose();
    this.containers.delete(id);
    this.unreadable.delete(id);
    this.emit('destroy', container);
  }

  #removeNetwork(deployment: string, network: string): StepOutcome {
    const fellows = this.#inNetwork(deployment, network);
    const isUsed = fellows.some(({ isUp, state }) => isUp && state !== 'restarting');
    if (isUsed)
      return { ok: false, code: 'network_in_use', message: `network ${network} has active endpoints` };
    this.loseNetwork(deployment, network);
    return DONE;
  }

  #leaveNetwork(deployment: string, network: string): StepOutcome {
    const stays = this.#inNetwork(deployment, network).length > 0 || this.handMade.has(`network ${network}`);
    if (!stays) this.loseNetwork(deployment, network);
    return DONE;
  }

  /** It is removed, whoever uses it; no event tells of that. */
  loseNetwork(deployment: string, network: string): void {
    this.networks.delete(placeOf(deployment, network));
    // One that never ran was told a name alone.
    for (const { runs, lostNetworks } of this.#inNetwork(deployment, network))
      if (runs > 0) lostNetworks.add(network);
  }

  #inNetwork(deployment: string, network: string): Container[] {
    const all = sharedName(network) === null ? this.#labelled(deployment) : [...this.containers.values()];
    return all.filter((other) => other.networks.has(network));
  }

  #removeVolume(deployment: string, volume: string): StepOutcome {
    const isShared = sharedName(volume) !== null;
    const users = isShared ? [...this.containers.values()] : this.#labelled(deployment);
    const isUsed = users.some(({ spec }) => Object.values(spec.volumes).some(({ key }) => key === volume));
    if (isShared && (isUsed || this.handMade.has(`volume ${volume}`)))
      return { ok: false, code: 'volume_kept', message: `volume ${volume} stays` };
    if (isUsed) return { ok: false, code: 'conflict', message: `remove ${volume}: volume is in use` };
    this.volumes.delete(placeOf(deployment, volume));
    return DONE;
  }

  observe(deployment: string): EngineView {
    return {
      containers: this.#labelled(deployment).map((container) => ({
        ...show(container),
        settings: this.echo(container.settings),
        ...(this.#hasLostItsNetwork(container) && { address: null }),
        ...(this.unreadable.has(container.id) && UNREADABLE),
      })),
      networks: new Map([...ENGINES_OWN, ...seenBy(deployment, this.networks)]),
      volumes: seenBy(deployment, this.volumes),
    };
  }
}

/** Networks that each engine has from the first, and nobody can remove. */
const ENGINES_OWN = ['bridge', 'host', 'none'].map(
  (name) => [sharedKey(name), { isInternal: false, subnets: [] }] as const,
);

/** What is known of it from the engine's list alone, as the room that speaks to the engine tells it. */
const UNREADABLE = {
  ...{ state: 'dead', exitCode: null, oomKilled: false, startedAt: null, engineRestarts: 0 },
  ...{
    engineHealth: 'none',
    digest: null,
    hostPorts: [],
    ports: [],
    devices: [],
    networks: [],
    joins: [],
    init: 'none',
    address: null,
  },
  ...{ stopGraceMs: 10_000, settings: { memoryBytes: 0, nanoCpus: 0, pids: 0, restartPolicy: 'no' } },
} satisfies Partial<ObservedContainer>;

function outputOf(container: Container, isOfRun: boolean): OutputLine[] {
  const lines = isOfRun ? container.linesOfRun : container.lines;
  return lines.map((text) => ({ stream: 'stderr', text }));
}

function startOutcome(obstacle: string | null): StepOutcome {
  if (obstacle === null) return DONE;
  if (obstacle === 'Address already in use') return { ok: false, code: 'address_taken', message: obstacle };
  if (obstacle.includes('port is already allocated'))
    return { ok: false, code: 'port_taken', message: obstacle };
  const isConflict = /^cannot (start a paused|join network of a non running) container/.test(obstacle);
  return isConflict ? { ok: false, code: 'conflict', message: obstacle } : engineError(obstacle);
}

export function engineError(message: string): StepOutcome {
  return { ok: false, code: 'engine_error', message };
}

/** Where a network or volume of this key is in the engine. */
function placeOf(deployment: string, key: string): string {
  return sharedName(key) === null ? `${deployment}/${key}` : key;
}

/** By key: the deployment's own, and all that could be shared. */
function seenBy<Facts>(deployment: string, all: ReadonlyMap<string, Facts>): Map<string, Facts> {
  const prefix = `${deployment}/`;
  return new Map(
    [...all].flatMap(([place, facts]) => {
      if (place.startsWith(prefix)) return [[place.slice(prefix.length), facts] as const];
      return sharedName(place) === null ? [] : [[place, facts] as const];
    }),
  );
}

function show(container: Container): ObservedContainer {
  const { id, name, spec, state, image } = container;
  return {
    id,
    name,
    service: spec.name,
    index: spec.instance.index,
    revision: spec.revision,
    specHash: spec.hash,
    state,
    exitCode: state === 'exited' || state === 'dead' || state === 'restarting' ? container.exitCode : null,
    oomKilled: container.oomKilled,
    startedAt: container.startedAt,
    engineRestarts: container.restartCount,
    engineHealth: container.health,
    imageId: image.id,
    digest: image.digest,
    networks: [...container.networks].filter((name) => !container.lostNetworks.has(name)),
    joins: container.joins,
    init: container.init,
    stopGraceMs: container.stopGraceMs,
    ...heldBy(spec),
    hostPorts: container.hostPorts,
    ports: container.ports,
    address: container.address,
    effective: null,
    settings: container.settings,
  };
}
