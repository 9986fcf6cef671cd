// What a service asks of its container, and the hash that tells whether a container still is what was asked.

import type { PresentDeployment } from '../../protocol/deployment/deployment.ts';
import type { Service } from '../../protocol/deployment/service.ts';
import { hostsOf } from '../../protocol/deployment/service-namespaces.ts';
import { parseByteSize } from '../../protocol/values/byte-size.ts';
import { contentHash } from '../../protocol/values/canonical-json.ts';
import { parseDurationMs } from '../../protocol/values/duration.ts';
import type { MutableSettings } from './observed.ts';
import { networkOf, type VolumeSpec, volumeOf } from './resources.ts';
import { filesOf, type ServiceFile } from './service-file.ts';

/** One service of one revision, ready to be compared with what runs and to be created. */
export interface ServiceSpec {
  readonly name: string;
  readonly revision: number;
  readonly service: Service;
  /** Hash of all that needs a new container when it changes. */
  readonly hash: string;
  readonly settings: MutableSettings;
  /** Networks by key: see `resources.ts`. */
  readonly networks: Readonly<Record<string, Attachment>>;
  /** Volumes that it mounts, by the document's name. */
  readonly volumes: Readonly<Record<string, VolumeSpec>>;
  readonly files: readonly ServiceFile[];
  /** Services whose namespaces it joins. */
  readonly hosts: readonly string[];
  /** Whether an exit with 0 is the end of its work, and not that of a server which was told to stop. */
  readonly isJob: boolean;
}

/** How a service is in a network. */
export interface Attachment {
  /** Under which others find it there. */
  readonly aliases: readonly string[];
  /** The one that it asks for. */
  readonly address: string | null;
}

/** The network that a deployment's services share when they name none, as in Compose. */
const DEFAULT_NETWORK = 'default';

/** A document never changes, and hashing its services is the dearest thing that a round does. */
const KNOWN_SPECS = new WeakMap<PresentDeployment, readonly ServiceSpec[]>();

export function specsOf(document: PresentDeployment): readonly ServiceSpec[] {
  const known = KNOWN_SPECS.get(document);
  if (known !== undefined) return known;
  const specs = Object.entries(document.services).map(([name, service]) => specOf(document, name, service));
  KNOWN_SPECS.set(document, specs);
  return specs;
}

function specOf(document: PresentDeployment, name: string, service: Service): ServiceSpec {
  const files = filesOf(document, service);
  return {
    name,
    revision: document.revision,
    service,
    files,
    hash: hashOf(document, service, files),
    settings: settingsOf(service),
    networks: attachmentsOf(document, name, service),
    volumes: mountedVolumes(document, service),
    hosts: hostsOf(service),
    isJob: isJob(document, name, service),
  };
}

/** An orderly stop of the engine ends a server with 0 too: one is what has a probe or publishes ports. */
function isJob({ services }: PresentDeployment, name: string, { probe, ports = [] }: Service): boolean {
  const isAwaited = Object.values(services).some(
    ({ depends_on = {} }) => depends_on[name]?.condition === 'service_completed_successfully',
  );
  return isAwaited || (probe === undefined && ports.length === 0);
}

/** A service in another's namespaces follows it: what makes that one's container anew makes this one's anew too. */
function hashOf(document: PresentDeployment, service: Service, files: readonly ServiceFile[]): string {
  const part = { ...immutablePart(service, files), ...resourcesOf(document, service) };
  // No ring: a joined service is depended on, and rings of those are refused.
  const joined = hostsOf(service).flatMap((name) => {
    const host = document.services[name];
    return host === undefined ? [] : [[name, hashOf(document, host, filesOf(document, host))] as const];
  });
  return contentHash(joined.length === 0 ? part : { ...part, joined: Object.fromEntries(joined) });
}

/**
 * All keys but those that the agent alone acts on, and those that change on a living container. What a service
 * does not ask for leaves no trace, so that its hash stays as it was in an agent that did not know the key.
 */
function immutablePart(service: Service, files: readonly ServiceFile[]): object {
  const { probe, depends_on: _dependsOn, restart: _restart, pull_policy: _pull, deploy, ...rest } = service;
  const reservations = deploy?.resources?.reservations;
  const heartbeat = probe?.heartbeat;
  return {
    ...rest,
    ...(reservations === undefined ? {} : { reservations }),
    ...(files.length === 0 ? {} : { contents: files.map(({ content }) => contentHash(content)) }),
    // Of the probe, what is mounted alone is the container's.
    ...(heartbeat === undefined ? {} : { heartbeat: [heartbeat.target, heartbeat.file] }),
  };
}

/** What networks and volumes ask beyond their names: a change of it needs a new container, and so a proof. */
function resourcesOf(document: PresentDeployment, service: Service): object {
  const networks = Object.keys(askedNetworks(service)).filter((name) => !isPlain(document.networks[name]));
  const volumes = Object.keys(mountedVolumes(document, service)).filter(
    (name) => !isPlain(document.volumes[name]),
  );
  return {
    ...(networks.length === 0 ? {} : { asked_networks: pick(document.networks, networks) }),
    ...(volumes.length === 0 ? {} : { asked_volumes: pick(document.volumes, volumes) }),
  };
}

function isPlain(asked: object | undefined): boolean {
  return Object.values(asked ?? {}).every((value) => value === undefined || value === false);
}

function pick<T>(from: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T | undefined> {
  return Object.fromEntries(names.map((name) => [name, from[name]]));
}

function settingsOf(service: Service): MutableSettings {
  const limits = service.deploy?.resources?.limits;
  return {
    memoryBytes: limits?.memory === undefined ? 0 : (parseByteSize(limits.memory) ?? 0),
    nanoCpus: limits?.cpus === undefined ? 0 : Math.round(Number(limits.cpus) * 1e9),
    pids: limits?.pids ?? 0,
    restartPolicy: enginePolicy(service.restart),
  };
}

/**
 * `always` becomes the engine's `unless-stopped`: with `always` a restarted engine would start a container
 * that an update stopped and keeps for its rollback, and two instances would run. No policy means `always`,
 * because a service on a device that nobody visits is there to run.
 */
function enginePolicy(restart: string | undefined): string {
  return restart === undefined || restart === 'always' ? 'unless-stopped' : restart;
}

function askedNetworks(service: Service): NonNullable<Service['networks']> {
  return service.network_mode === undefined ? (service.networks ?? { [DEFAULT_NETWORK]: {} }) : {};
}

function attachmentsOf(
  document: PresentDeployment,
  name: string,
  service: Service,
): Record<string, Attachment> {
  return Object.fromEntries(
    Object.entries(askedNetworks(service)).map(
      ([network, { aliases = [], ipv4_address: address = null }]) => [
        networkOf(document, network).key,
        { aliases: [name, ...aliases], address },
      ],
    ),
  );
}

function mountedVolumes(document: PresentDeployment, service: Service): Record<string, VolumeSpec> {
  const names = (service.volumes ?? []).flatMap((mount) => (mount.type === 'volume' ? [mount.source] : []));
  return Object.fromEntries(names.map((name) => [name, volumeOf(document, name)]));
}

/** Networks that the services of a document use, by key. */
export function networksUsed(specs: readonly ServiceSpec[]): string[] {
  return [...new Set(specs.flatMap((spec) => Object.keys(spec.networks)))];
}

export function durationMs(text: string | undefined, fallbackMs: number): number {
  return text === undefined ? fallbackMs : (parseDurationMs(text) ?? fallbackMs);
}

export type AfterExit = 'restart' | 'stay' | 'completed';

/** What a container's exit means under its service's restart policy. */
export function afterExit(spec: ServiceSpec, exitCode: number | null, engineRestarts: number): AfterExit {
  const [policy, limit] = spec.settings.restartPolicy.split(':');
  if (policy === 'unless-stopped') return 'restart';
  if (exitCode === 0) return policy === 'on-failure' && !spec.isJob ? 'restart' : 'completed';
  if (policy === 'no') return 'stay';
  return limit !== undefined && engineRestarts >= Number(limit) ? 'stay' : 'restart';
}
