// What else there is on the engine: read when somebody asks for a check.
// Tested in test/integration/agent/check.test.ts.
import { statSync } from 'node:fs';
import type Docker from 'dockerode';
import { type AddressPool, countSubnets, DEFAULT_POOLS, type Subnets } from './address-pools.ts';
import { unavailable, unlessStatus } from './engine-error.ts';
import { LABELS } from './labels.ts';

/** A container with no bound of its log; `bytes` is how long that is, `null` where the agent may not see it. */
export interface UnboundedLog {
  readonly name: string;
  readonly bytes: number | null;
}

export interface UsedImage {
  readonly name: string;
  readonly architecture: string;
}

export interface Survey {
  readonly subnets: Subnets;
  /** What the engine itself warns of: that others may reach its API. */
  readonly exposed: readonly string[];
  readonly unbounded: readonly UnboundedLog[];
}

/** Drivers that keep a log in files with no bound unless one is set. */
const UNBOUNDED_DRIVERS: ReadonlySet<string> = new Set(['json-file']);
/** Of a device with more nobody waits for all. */
const MAX_LOOKED_AT = 64;

/** Of `docker info` what is read here; both are left out or `null` where there is none. */
interface Info {
  readonly DefaultAddressPools?: readonly AddressPool[] | null;
  readonly Warnings?: readonly string[] | null;
}

/** Rejects with `EngineUnavailable` alone. */
export async function surveyEngine(docker: Docker): Promise<Survey> {
  try {
    const [info, networks, containers]: [Info, Docker.NetworkInspectInfo[], Docker.ContainerInfo[]] =
      await Promise.all([docker.info(), docker.listNetworks(), docker.listContainers({ all: true })]);
    const others = containers.filter(({ Labels }) => Labels[LABELS.deployment] === undefined);
    const looks = others
      .slice(0, MAX_LOOKED_AT)
      .map(({ Id }) => unlessStatus(404, docker.getContainer(Id).inspect()));
    const inspected = (await Promise.all(looks)).filter((look) => look !== null);
    const taken = networks.flatMap(({ IPAM }) => (IPAM?.Config ?? []).map(({ Subnet }) => Subnet ?? ''));
    const pools = info.DefaultAddressPools ?? [];
    return {
      subnets: countSubnets(pools.length === 0 ? DEFAULT_POOLS : pools, taken),
      exposed: (info.Warnings ?? []).filter((text) => text.includes('API is accessible')),
      unbounded: inspected.filter(isUnbounded).map(toUnboundedLog),
    };
  } catch (error) {
    throw unavailable(error);
  }
}

/** Of the agent's containers, each image once. Rejects with `EngineUnavailable` alone. */
export async function usedImages(docker: Docker): Promise<UsedImage[]> {
  try {
    const containers = await docker.listContainers({ all: true, filters: { label: [LABELS.deployment] } });
    const names = new Map(containers.map(({ ImageID, Image }) => [ImageID, Image]));
    const looks = [...names].slice(0, MAX_LOOKED_AT).map(async ([id, name]) => {
      const image = await unlessStatus(404, docker.getImage(id).inspect());
      return image === null ? [] : [{ name, architecture: image.Architecture }];
    });
    return (await Promise.all(looks)).flat();
  } catch (error) {
    throw unavailable(error);
  }
}

function isUnbounded({ HostConfig }: Docker.ContainerInspectInfo): boolean {
  const { Type, Config } = HostConfig.LogConfig ?? { Type: '', Config: {} };
  return UNBOUNDED_DRIVERS.has(Type) && Config?.['max-size'] === undefined;
}

function toUnboundedLog({ Name, LogPath }: Docker.ContainerInspectInfo): UnboundedLog {
  return { name: Name.replace(/^\//, ''), bytes: sizeOf(LogPath) };
}

/** The engine's folder is closed to everybody but root. */
function sizeOf(file: string): number | null {
  try {
    return statSync(file).size;
  } catch {
    return null;
  }
}
