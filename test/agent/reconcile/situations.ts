// Builders of facts and records, and a model of the engine as small as the planner's own idea of it.

import type { Decision } from '../../../agent/model/decision.ts';
import type { DesiredDeployment, DesiredPresent } from '../../../agent/model/desired-deployment.ts';
import { desiredOf } from '../../../agent/model/document/desired.ts';
import { contentOf } from '../../../agent/model/document/revision.ts';
import type { Facts } from '../../../agent/model/facts.ts';
import { type HealthFacts, newFacts } from '../../../agent/model/health.ts';
import type { ImageStanding, Observed, ObservedContainer } from '../../../agent/model/observed.ts';
import { type DeploymentRecord, EMPTY_RECORD } from '../../../agent/model/record.ts';
import { resumeRecord } from '../../../agent/model/resume-record.ts';
import type { Revision } from '../../../agent/model/revision.ts';
import type { Step, StepOutcome } from '../../../agent/model/steps.ts';
import { decide } from '../../../agent/reconcile/decide.ts';
import { recordOutcomes } from '../../../agent/reconcile/outcomes.ts';
import { recognise } from '../../../agent/reconcile/running/identity.ts';
import { isUp } from '../../../agent/reconcile/running/select-container.ts';
import { parseDeployment } from '../../../protocol/deployment/parse-deployment.ts';
import { doCollide, heldBy } from '../../fakes/engine/held-by.ts';

export type Services = Readonly<Record<string, object>>;

/** A revision whose services have these keys besides an image. */
export function present(revision: number, services: Services, rest: object = {}): Revision<DesiredPresent> {
  const withImages = Object.fromEntries(
    Object.entries(services).map(([name, keys]) => [name, { image: `${name}:${revision}`, ...keys }]),
  );
  const parsed = revisionOf({ revision, state: 'present', services: withImages, ...rest });
  if (parsed.document.state !== 'present') throw new Error('not present');
  return { ...parsed, document: parsed.document };
}

export function absent(revision: number, purge: readonly string[] = []): Revision {
  return revisionOf({ revision, state: 'absent', purge });
}

export function inherit(revision: number): Revision {
  return revisionOf({ revision, state: 'inherit' });
}

function revisionOf(keys: object): Revision<DesiredDeployment> {
  const parsed = parseDeployment({ schema: 'holdfast.deployment/1', name: 'app', ...keys });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  const { document, hash } = parsed.value;
  return { revision: document.revision, hash, content: contentOf(document), document: desiredOf(document) };
}

/** The container that a service of a revision would have. */
export function containerOf(
  revision: Revision<DesiredPresent>,
  service: string,
  rest: Partial<ObservedContainer> = {},
): ObservedContainer {
  const spec = revision.document.services.find(({ name }) => name === service);
  if (spec === undefined) throw new Error(`no service ${service}`);
  return {
    id: `${service}-${revision.revision}`,
    name: `app-${service}-${spec.hash.slice(7, 15)}-${revision.revision}`,
    service,
    index: 0,
    revision: revision.revision,
    specHash: spec.hash,
    state: 'running',
    exitCode: null,
    oomKilled: false,
    startedAt: 'start-1',
    engineRestarts: 0,
    engineHealth: 'none',
    imageId: 'sha256:1',
    digest: null,
    networks: Object.keys(spec.networks),
    joins: spec.joins.map((host) => `${host}-${revision.revision}`),
    ...{ init: 'engine', ports: [], stopGraceMs: 10_000, ...heldBy(spec) },
    address: '10.0.0.2',
    settings: spec.settings,
    effective: null,
    ...rest,
  };
}

export function observed(
  containers: readonly ObservedContainer[],
  networks = ['default'],
  volumes: string[] = [],
): Observed {
  return { containers, ...there(networks, volumes) };
}

/** Networks and volumes as the engine shows them, with nothing special to them; and no folder. */
function there(networks: Iterable<string>, volumes: Iterable<string>): Omit<Observed, 'containers'> {
  return {
    networks: new Map([...networks].map((key) => [key, { isInternal: false, subnets: [] }])),
    volumes: new Map([...volumes].map((key) => [key, { options: {} }])),
    folders: new Set(),
  };
}

const NOW_MS = 1_000_000;
const PRESENT: ImageStanding = { kind: 'present', imageId: 'sha256:1' };

export interface SituationParts extends Partial<Omit<Facts, 'desired' | 'images'>> {
  readonly desired: Revision;
  readonly record?: DeploymentRecord;
  /** Images that are not here; all others are. */
  readonly images?: Readonly<Record<string, ImageStanding>>;
}

/** What `decide` is asked with. */
type Question = readonly [Facts, DeploymentRecord];

export function situation({
  desired,
  proven = null,
  images = {},
  record,
  ...rest
}: SituationParts): Question {
  const settled =
    proven === null
      ? {}
      : { phase: 'converged' as const, proven: { revision: proven.revision, hash: proven.hash } };
  const all = [desired, proven].flatMap((revision) =>
    revision?.document.state === 'present' ? revision.document.services : [],
  );
  const facts: Facts = {
    deployment: 'app',
    takesPart: true,
    gate: null,
    observed: observed([]),
    health: new Map(),
    memory: new Map(),
    nowMs: NOW_MS,
    wallTime: '2026-11-22T10:00:00.000Z',
    chance: 0.5,
    ...rest,
    desired,
    proven,
    images: new Map([
      ...all.map(({ service }) => [service.image.text, PRESENT] as const),
      ...Object.entries(images),
    ]),
  };
  return [facts, { ...EMPTY_RECORD, ...settled, ...record }];
}

/** `start hello-1`, `create hello`: steps as people say them. */
export function inWords(steps: readonly Step[]): string[] {
  return steps.map((step) => {
    switch (step.kind) {
      case 'create_network':
      case 'remove_network':
      case 'leave_network':
        return `${step.kind} ${step.network}`;
      case 'create_volume':
      case 'remove_volume':
        return `${step.kind} ${step.volume}`;
      case 'remove_folder':
        return `${step.kind} ${step.folder}`;
      case 'create_container':
        return `${step.kind} ${step.spec.name}@${step.spec.revision}`;
      default:
        return `${step.kind} ${step.container}`;
    }
  });
}

/** Seen to run since then, up to now. */
export function runningSince(
  sinceMs: number,
  containers: readonly ObservedContainer[],
): Map<string, HealthFacts> {
  return new Map(containers.map(({ id }) => [id, seenRunning(sinceMs, NOW_MS)]));
}

function seenRunning(sinceMs: number, lastMs: number): HealthFacts {
  return { ...newFacts(sinceMs, false), running: { sinceMs, lastMs } };
}

/** An engine on which every step works at once and every container is well. */
export class Model {
  containers: ObservedContainer[];
  networks: Set<string>;
  volumes: Set<string>;
  record: DeploymentRecord;
  nowMs = NOW_MS;
  clockOffsetMs = 0;
  /** What containers are made from. */
  imageId = 'sha256:1';
  /** Whether a container with this id, once started, stays up and healthy. */
  isGood: (container: ObservedContainer) => boolean = () => true;
  /** Whether a container, once started, does its work and ends well. */
  isJob: (container: ObservedContainer) => boolean = () => false;
  readonly #upSince = new Map<string, number>();
  #made = 0;

  constructor(start: {
    containers: readonly ObservedContainer[];
    record?: DeploymentRecord;
    networks?: readonly string[];
    volumes?: readonly string[];
  }) {
    this.containers = [...start.containers];
    this.networks = new Set(start.networks ?? ['default']);
    this.volumes = new Set(start.volumes ?? []);
    this.record = start.record ?? EMPTY_RECORD;
    for (const { id } of this.containers) this.#upSince.set(id, 0);
  }

  situation(
    desired: Revision,
    revisions: readonly Revision<DesiredPresent>[],
    images: SituationParts['images'] = {},
  ): Question {
    const proven = revisions.find(({ hash }) => hash === this.record.proven?.hash) ?? null;
    const { record, observed: seen } = recognise({
      deployment: 'app',
      record: this.record,
      observed: {
        containers: [...this.containers],
        ...there(this.networks, this.volumes),
      },
    });
    const health = new Map(
      this.containers
        .filter(({ state }) => state === 'running')
        .map(({ id }) => [id, seenRunning(this.#upSince.get(id) ?? this.nowMs, this.nowMs)]),
    );
    const [facts] = situation({ desired, proven, images, nowMs: this.nowMs, health, observed: seen });
    return [facts, record];
  }

  /** What would be done now, with nothing done. */
  decide(
    desired: Revision,
    revisions: readonly Revision<DesiredPresent>[],
    images: SituationParts['images'] = {},
  ): Decision {
    return decide(...this.situation(desired, revisions, images));
  }

  /** One round as the loop makes it; the decision that was carried out. */
  round(
    desired: Revision,
    revisions: readonly Revision<DesiredPresent>[],
    images: SituationParts['images'] = {},
  ): Decision {
    const decision = this.decide(desired, revisions, images);
    this.record = decision.record;
    const results = decision.steps.map((step) => ({ step, outcome: this.carryOut(step) }));
    this.record = recordOutcomes(this.record, results, {
      nowMs: this.nowMs,
      wallTime: '2026-11-22T10:00:00.000Z',
      chance: 0.5,
    });
    this.#engineRestarts();
    this.nowMs += decision.steps.length > 0 ? 100 : Math.max(100, decision.wakeInMs ?? 30_000);
    return decision;
  }

  /** The engine's own restart policy has had its way by the next look. */
  #engineRestarts(): void {
    for (const { id } of this.containers.filter(({ state }) => state === 'restarting')) this.#start(id);
  }

  /** A crash, and the engine's restart, between two looks. */
  crash(id: string): void {
    this.nowMs += 10;
    this.#start(id);
  }

  /** The agent starts anew: the record is all that it remembers, and nobody has been seen healthy yet. */
  reboot(): void {
    this.record = resumeRecord(this.record, this.nowMs);
    for (const { id } of this.containers) this.#upSince.set(id, this.nowMs);
  }

  upOf(service: string): ObservedContainer[] {
    return this.containers.filter((container) => container.service === service && isUp(container));
  }

  carryOut(step: Step): StepOutcome {
    switch (step.kind) {
      case 'create_network':
        this.networks.add(step.network);
        return { ok: true };
      case 'create_volume':
        this.volumes.add(step.volume);
        return { ok: true };
      case 'remove_network':
      case 'leave_network':
        this.networks.delete(step.network);
        return { ok: true };
      case 'remove_volume':
        this.volumes.delete(step.volume);
        return { ok: true };
      case 'remove_folder':
        return { ok: true };
      case 'create_container':
        return this.#create(step);
      case 'remove_container':
        this.containers = this.containers.filter(({ id }) => id !== step.container);
        return { ok: true };
      case 'join_network':
        this.#join(step.container, step.network);
        return { ok: true };
      case 'update_container':
        this.#change(step.container, { settings: step.spec.settings });
        return { ok: true };
      case 'stop_container':
        this.#change(step.container, { state: 'exited', exitCode: 143, address: null });
        return { ok: true };
      case 'read_last_logs':
        return { ok: true, words: { log: ['last words'] } };
      case 'start_container':
      case 'restart_container':
      case 'unpause_container':
        return this.#start(step.container);
    }
  }

  #create({ spec, name, peers }: Extract<Step, { kind: 'create_container' }>): StepOutcome {
    this.#made += 1;
    const id = `made-${this.#made}-${spec.name}`;
    this.containers.push({
      id,
      name,
      ...spec.instance,
      revision: spec.revision,
      specHash: spec.hash,
      state: 'created',
      exitCode: null,
      oomKilled: false,
      startedAt: null,
      engineRestarts: 0,
      engineHealth: 'none',
      imageId: this.imageId,
      digest: null,
      networks: Object.keys(spec.networks),
      joins: Object.values(peers),
      ...{ init: 'engine', ports: [], stopGraceMs: 10_000, ...heldBy(spec) },
      address: null,
      settings: spec.settings,
      effective: null,
    });
    return { ok: true, container: id };
  }

  #join(id: string, network: string): void {
    const networks = this.containers.find((container) => container.id === id)?.networks ?? [];
    this.#change(id, { networks: [...networks, network] });
  }

  #start(id: string): StepOutcome {
    const container = this.containers.find((other) => other.id === id);
    if (container === undefined) return { ok: false, code: 'engine_error', message: 'no such container' };
    const hosts = this.containers.filter((other) => container.joins.includes(other.id) && isUp(other));
    if (hosts.length < container.joins.length && container.state !== 'paused')
      return { ok: false, code: 'conflict', message: 'cannot join network of a non running container' };
    const neighbours = this.containers.filter((other) => other !== container && isUp(other));
    if (neighbours.some((other) => doCollide(container.hostPorts, other.hostPorts)))
      return { ok: false, code: 'port_taken', message: 'port is already allocated' };
    const isGood = this.isGood(container);
    this.#upSince.set(id, this.nowMs);
    if (this.isJob(container)) {
      this.#change(id, { state: 'exited', exitCode: 0, startedAt: this.#wallTime() });
      return { ok: true };
    }
    this.#change(
      id,
      isGood
        ? { state: 'running', exitCode: null, startedAt: this.#wallTime() }
        : { state: 'exited', exitCode: 1, startedAt: this.#wallTime() },
    );
    return { ok: true };
  }

  /** The engine's, which may be anywhere, and jump. */
  #wallTime(): string {
    return new Date(this.nowMs + this.clockOffsetMs).toISOString();
  }

  #change(id: string, change: Partial<ObservedContainer>): void {
    this.containers = this.containers.map((container) =>
      container.id === id ? { ...container, ...change } : container,
    );
  }
}
