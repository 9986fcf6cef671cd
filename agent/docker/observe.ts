// Reads one deployment from the engine: the containers that bear our labels, and the networks and volumes that are its
// own or could be shared. Who made them is not judged here.
import type Docker from 'dockerode';
import type { EffectiveLimits, NetworkFacts, ObservedContainer, VolumeFacts } from '../model/observed.ts';
import type { EngineView } from '../ports/engine.ts';
import type { DigestReader } from './digest-reader.ts';
import { answerIn, unavailable } from './engine-error.ts';
import { keyOf, LABELS } from './labels.ts';
import { addressOf, toObserved, unreadable } from './observed-container.ts';

export interface Readers {
  readonly digestOf: DigestReader;
  readonly readLimits: LimitsReader;
}

/** Reads the limits in force on a container's main process; `null` where they cannot be read. */
export type LimitsReader = (pid: number, container: string) => EffectiveLimits | null;

export async function observeDeployment(
  docker: Docker,
  deployment: string,
  { digestOf, readLimits }: Readers,
): Promise<EngineView> {
  const filters = { label: [`${LABELS.deployment}=${deployment}`] };
  try {
    const [containers, networks, volumes] = await Promise.all([
      docker.listContainers({ all: true, filters }),
      docker.listNetworks(),
      docker.listVolumes(),
    ]);
    const keyed = networks.flatMap((network) => {
      const key = keyOf(deployment, {
        name: network.Name,
        labels: network.Labels ?? {},
        own: LABELS.network,
      });
      return key === null ? [] : [{ key, network }];
    });
    const looks = (await Promise.all(containers.map((listed) => lookAt(docker, listed)))).filter(isThere);
    const there = looks.flatMap(({ info }) => info ?? []);
    const keys = new Map(
      keyed.flatMap(({ key, network: { Id, Name } }) => [[Id, key] as const, [Name, key] as const]),
    );
    const toObservedNow = async ({ listed, info }: Look): Promise<ObservedContainer> =>
      info === null
        ? unreadable(listed)
        : toObserved(info, {
            networks: keys,
            address: addressOf(info, there),
            digest: await digestOf(info.Image),
            effective: info.State.Pid > 0 ? readLimits(info.State.Pid, info.Id) : null,
          });
    return {
      containers: await Promise.all(looks.map(toObservedNow)),
      networks: new Map(keyed.map(({ key, network }) => [key, networkFacts(network)])),
      // The engine answers null instead of an empty list.
      volumes: volumesByKey(deployment, volumes.Volumes ?? []),
    };
  } catch (error) {
    // A list that is an error is as good as none: nothing can be decided without having looked.
    throw unavailable(error);
  }
}

function networkFacts({ Internal, IPAM }: Docker.NetworkInspectInfo): NetworkFacts {
  return { isInternal: Internal, subnets: (IPAM?.Config ?? []).flatMap(({ Subnet }) => Subnet ?? []) };
}

function volumesByKey(
  deployment: string,
  volumes: readonly Docker.VolumeInspectInfo[],
): Map<string, VolumeFacts> {
  return new Map(
    volumes.flatMap(({ Name, Labels, Options }) => {
      // Engines answer null where there are none, whatever the library's types say.
      const labels: Readonly<Record<string, string>> | null = Labels;
      const options: Readonly<Record<string, string>> | null = Options;
      const key = keyOf(deployment, { name: Name, labels: labels ?? {}, own: LABELS.volume });
      return key === null ? [] : [[key, { options: options ?? {} }] as const];
    }),
  );
}

/** One container of the list, with all that the engine knows of it; `null` where it cannot read it. */
interface Look {
  readonly listed: Docker.ContainerInfo;
  readonly info: Docker.ContainerInspectInfo | null;
}

/**
 * One that an engine crash left broken must not hide the others: it counts as dead. But one that is up is not given up
 * for an error that may pass; while it cannot be read, nothing is decided. `null` when it has gone since the list.
 */
async function lookAt(docker: Docker, listed: Docker.ContainerInfo): Promise<Look | null> {
  try {
    return { listed, info: await docker.getContainer(listed.Id).inspect() };
  } catch (error) {
    const answer = answerIn(error);
    if (answer?.status === 404) return null;
    if (answer === null || UP.includes(listed.State)) throw error;
    return { listed, info: null };
  }
}

const UP: readonly string[] = ['running', 'restarting', 'paused'];

function isThere(look: Look | null): look is Look {
  return look !== null;
}
