// One run as its promises see it: the world, the fleet, what was done by hand, and where to say that one broke.

import { RevisionCache } from '../../agent/loop/revision-cache.ts';
import { type InstanceSpec, instancesOf } from '../../agent/model/instance.ts';
import type { DeploymentRecord } from '../../agent/model/record.ts';
import type { Revision } from '../../agent/model/revision.ts';
import type { ServiceSpec } from '../../agent/model/service-spec.ts';
import { chooseDocument } from '../../agent/reconcile/choose-document.ts';
import type { Container } from '../fakes/engine/container.ts';
import type { Taken } from '../fakes/memory-broker.ts';
import type { World } from '../fakes/world.ts';
import type { Fleet } from './fleet/fleet.ts';

export interface Violation {
  readonly promise: string;
  readonly message: string;
  readonly atMs: number;
}

/** What the device itself has stored of a deployment. */
export interface Memory {
  readonly record: DeploymentRecord;
  readonly desired: Revision | null;
  readonly proven: Revision | null;
}

/** Of all deployments together. */
const MAX_REVISIONS = 200;
/** A round of a loop takes no longer, or the watchdog ends it. */
const ROUND_MS = 5 * 60_000;
/** Writes that a device makes though nothing happens: samples of itself, and what was told of them. */
const ROUTINE: ReadonlySet<string> = new Set([
  ...['holdEvent', 'writeHeldEvents', 'acknowledgeEvents', 'nextStatusSeq', 'writeImageAges'],
]);

export class Scene {
  readonly world: World;
  readonly fleet: Fleet;
  /** Those that are watched. */
  readonly promises: readonly Promised[];
  readonly writeListeners: ((method: string) => void)[] = [];
  readonly takenListeners: ((message: Taken) => void)[] = [];
  /** Called with each line of the trace. */
  readonly noteListeners: ((line: string) => void)[] = [];
  /** Called after each write of a record, with all that the device then knows of that deployment. */
  readonly memoryListeners: ((deployment: string, memory: Memory) => void)[] = [];
  /** Engine events and store writes so far: while it stands still nothing happens. */
  noise = 0;
  violation: Violation | null = null;
  readonly #touched = new Map<string, number>();
  readonly #revisions = new RevisionCache(MAX_REVISIONS);
  /** When a document of each deployment was accepted last. */
  readonly #acceptedMs = new Map<string, number>();
  #commandMs = Number.NEGATIVE_INFINITY;
  #troubledMs = Number.NEGATIVE_INFINITY;

  constructor({ world, fleet, promises }: Pick<Scene, 'world' | 'fleet' | 'promises'>) {
    this.world = world;
    this.fleet = fleet;
    this.promises = promises;
    const { broker, daemon } = world;
    const onTaken = broker.onTaken;
    broker.onTaken = (message) => {
      onTaken?.(message);
      for (const listen of this.takenListeners) listen(message);
    };
    const { onNote } = world;
    world.onNote = (line) => {
      onNote?.(line);
      for (const listen of this.noteListeners) listen(line);
    };
    world.onWrite = (method, _count, [subject]) => {
      if (!ROUTINE.has(method)) this.noise += 1;
      if (method === 'acceptDocument') this.#noteAccepted(subject);
      if (method === 'answerCommand') this.#commandMs = world.clock.monotonicMs();
      for (const listen of this.writeListeners) listen(method);
      if (method === 'writeRecord' && typeof subject === 'string') this.#tellMemory(subject);
    };
    daemon.witnesses.push(() => {
      this.noise += 1;
    });
    fleet.pauses.restartListeners.push((deployment) => {
      for (const { id } of daemon.of(deployment)) this.byHand(id);
    });
  }

  /** The first one counts: what follows may be its consequence. */
  fail(promise: string, message: string): void {
    if (this.violation !== null) return;
    this.world.note(`BROKEN ${promise}: ${message}`);
    this.violation = { promise, message, atMs: this.world.clock.monotonicMs() };
  }

  byHand(containerId: string): void {
    this.#touched.set(containerId, this.world.clock.monotonicMs());
  }

  /** Whether somebody else laid hands on it lately. */
  wasTouched({ id }: Container): boolean {
    const touchedMs = this.#touched.get(id);
    return touchedMs !== undefined && this.world.clock.monotonicMs() - touchedMs < 10 * 60_000;
  }

  /** Whether a round may still be under way that began before the newest document was there. */
  isNews(deployment: string): boolean {
    const acceptedMs = this.#acceptedMs.get(deployment);
    return acceptedMs !== undefined && this.world.clock.monotonicMs() - acceptedMs < ROUND_MS;
  }

  #noteAccepted(document: unknown): void {
    if (typeof document !== 'object' || document === null || !('deployment' in document)) return;
    this.#acceptedMs.set(String(document.deployment), this.world.clock.monotonicMs());
  }

  /** Whether the agent has carried out a command lately: it may have been `retry`. */
  get wasCommanded(): boolean {
    return this.world.clock.monotonicMs() - this.#commandMs < ROUND_MS;
  }

  /** To be called at each look, as long as things go wrong. */
  noteTrouble(): void {
    const { clock, daemon, faults, disk } = this.world;
    const isTroubled = daemon.session === null || faults.rate > 0 || Number.isFinite(disk.capacityBytes);
    if (isTroubled) this.#troubledMs = clock.monotonicMs();
  }

  /** For how long engine and disk have let the agent work, in milliseconds; to the hour between two looks. */
  get untroubledMs(): number {
    return this.world.clock.monotonicMs() - this.#troubledMs;
  }

  /** Whether the agent made it. */
  isOurs({ deployment, isForeign }: Container): boolean {
    return !isForeign && this.fleet.plans.some(({ name }) => name === deployment);
  }

  /** `null` while no agent runs, or knows it. */
  memoryOf(deployment: string): Memory | null {
    const { store, groups } = this.world;
    const record = store?.readRecord(deployment) ?? null;
    if (store === null || record === null) return null;
    const revisionOf = (named: { readonly hash: string } | null): Revision | null =>
      named === null ? null : this.#revisions.read(named.hash, () => store.documentBody(named.hash));
    const inherits = (own: { readonly hash: string }): boolean =>
      revisionOf(own)?.document.state === 'inherit';
    const desired = chooseDocument(store.acceptedRevisions(deployment), groups, inherits);
    return { record, desired: revisionOf(desired), proven: revisionOf(record.proven) };
  }

  #tellMemory(deployment: string): void {
    const memory = this.memoryOf(deployment);
    if (memory !== null) for (const listen of this.memoryListeners) listen(deployment, memory);
  }
}

export function specsIn(revision: Revision | null): readonly InstanceSpec[] {
  return revision?.document.state === 'present' ? instancesOf(revision.document.services) : [];
}

export function hasSpec(revision: Revision | null, { spec }: Container): boolean {
  return specsIn(revision).some(({ name, hash }) => name === spec.name && hash === spec.hash);
}

/** Whether it ends by itself, and has then done what it is for. */
export function isJob({ settings }: ServiceSpec): boolean {
  return settings.restartPolicy !== 'unless-stopped';
}

/**
 * Whether a container does what the desired revision asks. One in the namespaces of others does while they do; with
 * `pull_policy: always` a revision that has not proven itself may ask for another image by the same name.
 */
export function isAsked(scene: Scene, memory: Memory, container: Container): boolean {
  const { proven, desired } = memory;
  const { daemon, registry } = scene.world;
  const { service } = container.spec;
  const isHosted = container.joins.every((id) => {
    const host = daemon.containers.get(id);
    return host !== undefined && isAsked(scene, memory, host);
  });
  const isNewest =
    service.pullPolicy !== 'always' || registry.find(service.image.text)?.id === container.image.id;
  const isSettled = proven?.hash === desired?.hash;
  // A limit that somebody else has set can be taken away by a new container only.
  const isFree = container.spec.settings.memoryBytes > 0 || container.settings.memoryBytes === 0;
  const isWhole = isHosted && container.hasNamespaces && isFree;
  return hasSpec(desired, container) && isWhole && (isNewest || isSettled);
}

/** A named check of what the agent promises (contract §7), or of what follows from it. */
export interface Promised {
  readonly name: string;
  /** Watches from the beginning; says so when it breaks. */
  watch?(scene: Scene): void;
  /** Looks now and then, all through the run. */
  look?(scene: Scene): void;
  /** Looks once all is calm and has come to its end. */
  checkEnd?(scene: Scene): void;
}
