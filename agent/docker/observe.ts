// Reads one deployment from the engine: what bears our labels, nothing else. Who made it is not judged here.
import type Docker from 'dockerode';
import type { ContainerState, EffectiveLimits, Observed, ObservedContainer } from '../reconcile/observed.ts';
import { unavailable, unlessStatus } from './engine-error.ts';
import { engineName, LABELS } from './labels.ts';

export interface Readers {
  readonly digestOf: DigestReader;
  readonly readLimits: LimitsReader;
}

export async function observeDeployment(
  docker: Docker,
  deployment: string,
  { digestOf, readLimits }: Readers,
): Promise<Observed> {
  const filters = { label: [`${LABELS.deployment}=${deployment}`] };
  try {
    const [containers, networks, volumes] = await Promise.all([
      docker.listContainers({ all: true, filters }),
      docker.listNetworks({ filters }),
      docker.listVolumes({ filters }),
    ]);
    const inspected = await Promise.all(
      containers.map(({ Id }) => unlessStatus(404, docker.getContainer(Id).inspect())),
    );
    const there = inspected.filter((info) => info !== null);
    const networkIds = new Set(networks.map((network) => network.Id));
    const toObservedNow = async (info: Docker.ContainerInspectInfo): Promise<ObservedContainer> =>
      toObserved(info, {
        networkIds,
        address: addressOf(info, there),
        digest: await digestOf(info.Image),
        effective: info.State.Pid > 0 ? readLimits(info.State.Pid, info.Id) : null,
      });
    return {
      containers: await Promise.all(there.map(toObservedNow)),
      networks: new Set(networks.map((network) => network.Labels?.[LABELS.network] ?? '').filter(Boolean)),
      // The engine answers null instead of an empty list.
      volumes: new Set(
        (volumes.Volumes ?? []).map((volume) => volume.Labels?.[LABELS.volume] ?? '').filter(Boolean),
      ),
    };
  } catch (error) {
    // An answer that is an error is as good as none: nothing can be decided without having looked.
    throw unavailable(error);
  }
}

/** Reads the limits in force on a container's main process; `null` where they cannot be read. */
export type LimitsReader = (pid: number, container: string) => EffectiveLimits | null;

/** What is known of a container beside the engine's own account of it. */
interface Beside {
  readonly networkIds: ReadonlySet<string>;
  readonly address: string | null;
  readonly digest: string | null;
  readonly effective: EffectiveLimits | null;
}

function toObserved(
  info: Docker.ContainerInspectInfo,
  { networkIds, address, digest, effective }: Beside,
): ObservedContainer {
  const { State: state, HostConfig: host, Config: config } = info;
  const endpoints = Object.entries(info.NetworkSettings.Networks);
  const deployment = config.Labels[LABELS.deployment] ?? '';
  const prefix = engineName(deployment, '');
  return {
    id: info.Id,
    name: info.Name.replace(/^\//, ''),
    service: config.Labels[LABELS.service] ?? '',
    revision: Number(config.Labels[LABELS.revision] ?? 0),
    spec: config.Labels[LABELS.spec] ?? '',
    state: containerState(state.Status),
    exitCode: isOver(state.Status) ? state.ExitCode : null,
    oomKilled: state.OOMKilled,
    startedAt: state.StartedAt.startsWith('0001-') ? null : state.StartedAt,
    engineRestarts: info.RestartCount,
    engineHealth: engineHealth(state.Health?.Status),
    imageId: info.Image,
    digest,
    networks: endpoints
      // A stopped container still names a network that was removed since; before its first start it has no id.
      .filter(([, { NetworkID }]) => NetworkID === '' || networkIds.has(NetworkID))
      .filter(([name]) => name.startsWith(prefix))
      .map(([name]) => name.slice(prefix.length)),
    stopGraceMs: stopSeconds(config) * 1000,
    joins: joinsOf(host),
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

/** A container's namespaces are another's where its mode names that one. */
function joinsOf({ NetworkMode, IpcMode, PidMode }: Docker.HostConfig): string[] {
  const modes = [NetworkMode, IpcMode, PidMode].filter((mode) => mode?.startsWith('container:'));
  return [...new Set(modes.map((mode) => mode?.slice('container:'.length) ?? ''))];
}

/** Where the host reaches it: in the host's own network by the loopback, in another's by the address of that. */
function addressOf(
  { HostConfig: host, State: state, NetworkSettings: settings }: Docker.ContainerInspectInfo,
  all: readonly Docker.ContainerInspectInfo[],
): string | null {
  const mode = host.NetworkMode ?? '';
  if (mode === 'host') return state.Running ? '127.0.0.1' : null;
  const owner = all.find(({ Id }) => mode === `container:${Id}`);
  // One level is all there is: a service in another's network cannot be joined itself.
  const networks = owner?.NetworkSettings.Networks ?? settings.Networks;
  const addresses = Object.values(networks).map(({ IPAddress }) => IPAddress);
  return addresses.find((address) => address !== '') ?? null;
}

/** What the engine gives a container that was made with none. */
const DEFAULT_STOP_SECONDS = 10;

/** The library's types leave it out; the engine answers `null` where none was given. */
function stopSeconds(config: object): number {
  const asked = 'StopTimeout' in config ? config.StopTimeout : null;
  return typeof asked === 'number' ? asked : DEFAULT_STOP_SECONDS;
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

function containerState(status: string): ContainerState {
  return STATES.find((state) => state === status) ?? 'dead';
}

function isOver(status: string): boolean {
  return status === 'exited' || status === 'dead' || status === 'restarting';
}

function engineHealth(status: string | undefined): ObservedContainer['engineHealth'] {
  return status === 'starting' || status === 'healthy' || status === 'unhealthy' ? status : 'none';
}

function policyOf(policy: Docker.HostRestartPolicy | undefined): string {
  const name = policy?.Name === undefined || policy.Name === '' ? 'no' : policy.Name;
  return policy?.MaximumRetryCount ? `${name}:${policy.MaximumRetryCount}` : name;
}

export type DigestReader = (imageId: string) => Promise<string | null>;

/** Reads an image's manifest digest once: an image id never means another one. Bounded. */
export function createDigestReader(docker: Docker): DigestReader {
  const known = new Map<string, string | null>();
  return async (imageId) => {
    const cached = known.get(imageId);
    if (cached !== undefined) return cached;
    const info = await unlessStatus(404, docker.getImage(imageId).inspect());
    const digest = info?.RepoDigests?.[0]?.split('@')[1] ?? null;
    if (known.size >= 1000) known.clear();
    known.set(imageId, digest);
    return digest;
  };
}
