// A container as the engine shows it, read into what decisions are made from. Nothing that an engine echoes in another
// form than it was asked, or leaves out, may decide: Podman and older engines differ in such.
// Tested in test/agent/docker/observe.test.ts.

import type Docker from 'dockerode';
import { cutText } from '../../protocol/values/text.ts';
import { policyText } from '../model/engine-policy.ts';
import { instanceOf } from '../model/instance.ts';
import type { ContainerState, EffectiveLimits, ObservedContainer } from '../model/observed.ts';
import { boundPortsOf, hostPortsOf } from './host-ports.ts';
import { initOf } from './init-process.ts';
import { keyOfName, LABELS, OWN_PREFIX } from './labels.ts';

/** What is known of a container beside the engine's own account of it. */
export interface SideFacts {
  /** Keys of networks by the engine's ids and names. */
  readonly networks: ReadonlyMap<string, string>;
  readonly address: string | null;
  readonly digest: string | null;
  readonly effective: EffectiveLimits | null;
}

export function toObserved(
  info: Docker.ContainerInspectInfo,
  { networks, address, digest, effective }: SideFacts,
): ObservedContainer {
  const { State: state, HostConfig: host, Config: config } = info;
  const shown = containerState(state);
  const ports = boundPortsOf(info.NetworkSettings.Ports);
  return {
    id: info.Id,
    name: nameIn(info.Name),
    ...labelled(config.Labels),
    state: shown,
    exitCode: isOver(shown) ? state.ExitCode : null,
    oomKilled: state.OOMKilled,
    startedAt: startOf(state),
    engineRestarts: info.RestartCount,
    engineHealth: engineHealth(state.Health?.Status),
    imageId: info.Image,
    digest,
    networks: joinedOf(info, networks),
    stopGraceMs: stopSeconds(config) * 1000,
    hostPorts: hostPortsOf(host, ports),
    ports,
    devices: devicesOf(host),
    addresses: addressesOf(info),
    joins: joinsOf(host),
    init: initOf(info),
    address,
    effective,
    settings: {
      memoryBytes: host.Memory ?? 0,
      nanoCpus: host.NanoCpus ?? 0,
      pids: Math.max(0, host.PidsLimit ?? 0),
      restartPolicy: policyOf(host.RestartPolicy),
    },
  };
}

/** Longer than the name of any service, and than any hash: a stranger's label has any length, and is told and kept. */
const MAX_LABEL = 100;

/** What the labels say, all that is ever asked of a container's identity. */
function labelled(labels: Readonly<Record<string, string>>): Made {
  const text = (label: string): string => cutText(labels[label] ?? '', MAX_LABEL);
  return {
    ...instanceOf(text(LABELS.service)),
    revision: Number(labels[LABELS.revision] ?? 0),
    specHash: text(LABELS.spec),
  };
}

type Made = Pick<ObservedContainer, 'service' | 'index' | 'revision' | 'specHash'>;

/**
 * The networks that it is in, by key. A stopped container still names a network that was removed since, by the id that
 * it had; before its first start it has no id. Podman gives the name for an id.
 */
function joinedOf(
  { Config, NetworkSettings: settings }: Docker.ContainerInspectInfo,
  networks: ReadonlyMap<string, string>,
): string[] {
  const deployment = Config.Labels[LABELS.deployment] ?? '';
  return Object.entries(settings.Networks).flatMap(
    ([name, { NetworkID: id }]) => (id === '' ? keyOfName(deployment, name) : networks.get(id)) ?? [],
  );
}

/** As it was made, so that it is known of one that is stopped too. */
function addressesOf({ NetworkSettings: settings }: Docker.ContainerInspectInfo): string[] {
  return Object.values(settings.Networks).flatMap((endpoint) => {
    const asked: { IPv4Address?: string } | null | undefined = endpoint.IPAMConfig;
    return asked?.IPv4Address === undefined || asked.IPv4Address === '' ? [] : [asked.IPv4Address];
  });
}

/** What is known of one that the engine has and cannot read, from its list alone: it will never run again. */
export function unreadable({ Id, Names, Labels, ImageID }: Docker.ContainerInfo): ObservedContainer {
  return {
    id: Id,
    name: nameIn(Names?.[0] ?? ''),
    ...labelled(Labels),
    state: 'dead',
    exitCode: null,
    oomKilled: false,
    startedAt: null,
    engineRestarts: 0,
    engineHealth: 'none',
    imageId: ImageID,
    digest: null,
    networks: [],
    stopGraceMs: DEFAULT_STOP_SECONDS * 1000,
    hostPorts: [],
    ports: [],
    devices: [],
    addresses: [],
    joins: [],
    init: 'none',
    address: null,
    effective: null,
    settings: { memoryBytes: 0, nanoCpus: 0, pids: 0, restartPolicy: 'no' },
  };
}

function devicesOf(host: Docker.HostConfig): string[] {
  const nodes: readonly Docker.DeviceMapping[] = host.Devices ?? [];
  return nodes.map(({ PathOnHost }) => PathOnHost);
}

/** A container's namespaces are another's where its mode names that one. */
function joinsOf({ NetworkMode, IpcMode, PidMode }: Docker.HostConfig): string[] {
  const modes = [NetworkMode, IpcMode, PidMode].filter((mode) => mode?.startsWith('container:'));
  return [...new Set(modes.map((mode) => mode?.slice('container:'.length) ?? ''))];
}

/** Where the host reaches it: in the host's own network by the loopback, in another's by the address of that. */
export function addressOf(
  { HostConfig: host, State: state, NetworkSettings: settings }: Docker.ContainerInspectInfo,
  all: readonly Docker.ContainerInspectInfo[],
): string | null {
  const mode = host.NetworkMode ?? '';
  if (mode === 'host') return state.Running ? '127.0.0.1' : null;
  const owner = all.find(({ Id }) => mode === `container:${Id}`);
  // One level is all there is: a service in another's network cannot be joined itself.
  const networks = owner?.NetworkSettings.Networks ?? settings.Networks;
  const joined = Object.entries(networks);
  // What somebody made by hand may be of a kind that the host does not reach, as macvlan is.
  const own = joined.filter(([name]) => name.startsWith(OWN_PREFIX));
  const addresses = [...own, ...joined].map(([, { IPAddress }]) => IPAddress);
  return addresses.find((address) => address !== '') ?? null;
}

/** What the engine gives a container that was made with none. */
const DEFAULT_STOP_SECONDS = 10;

/** The library's types leave it out; the engine answers `null` where none was given. */
function stopSeconds(config: object): number {
  const asked = 'StopTimeout' in config ? config.StopTimeout : null;
  return typeof asked === 'number' ? asked : DEFAULT_STOP_SECONDS;
}

function nameIn(path: string): string {
  return path.replace(/^\//, '');
}

const STATES: readonly ContainerState[] = [
  'created',
  'running',
  'restarting',
  'paused',
  'exited',
  'dead',
  'removing',
];

/** Words that Podman has besides, such as `initialized` or `stopping`, say no more than whether it ever ran and does. */
function containerState(state: Docker.ContainerInspectInfo['State']): ContainerState {
  const known = STATES.find((word) => word === state.Status);
  if (known !== undefined) return known;
  if (state.Running) return 'running';
  return startOf(state) === null ? 'created' : 'exited';
}

function startOf({ StartedAt }: Docker.ContainerInspectInfo['State']): string | null {
  return StartedAt.startsWith('0001-') ? null : StartedAt;
}

function isOver(state: ContainerState): boolean {
  return state === 'exited' || state === 'dead' || state === 'restarting';
}

function engineHealth(status: string | undefined): ObservedContainer['engineHealth'] {
  return status === 'starting' || status === 'healthy' || status === 'unhealthy' ? status : 'none';
}

function policyOf(policy: Docker.HostRestartPolicy | undefined): string {
  const name = policy?.Name === undefined || policy.Name === '' ? 'no' : policy.Name;
  return policyText({ name, maxRetries: policy?.MaximumRetryCount ?? 0 });
}
