// Reads one deployment from the engine: what bears our labels, nothing else. Who made it is not judged here.
import type Docker from 'dockerode';
import type { EffectiveLimits, Observed, ObservedContainer } from '../reconcile/observed.ts';
import type { DigestReader } from './digest-reader.ts';
import { answerIn, unavailable } from './engine-error.ts';
import { LABELS } from './labels.ts';
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
): Promise<Omit<Observed, 'folders'>> {
  const filters = { label: [`${LABELS.deployment}=${deployment}`] };
  try {
    const [containers, networks, volumes] = await Promise.all([
      docker.listContainers({ all: true, filters }),
      docker.listNetworks({ filters }),
      docker.listVolumes({ filters }),
    ]);
    const looks = (await Promise.all(containers.map((listed) => lookAt(docker, listed)))).filter(isThere);
    const there = looks.flatMap(({ info }) => info ?? []);
    const networkIds = new Set(networks.flatMap(({ Id, Name }) => [Id, Name]));
    const toObservedNow = async ({ listed, info }: Look): Promise<ObservedContainer> =>
      info === null
        ? unreadable(listed)
        : toObserved(info, {
            networks: networkIds,
            address: addressOf(info, there),
            digest: await digestOf(info.Image),
            effective: info.State.Pid > 0 ? readLimits(info.State.Pid, info.Id) : null,
          });
    return {
      containers: await Promise.all(looks.map(toObservedNow)),
      networks: new Set(networks.map((network) => network.Labels?.[LABELS.network] ?? '').filter(Boolean)),
      // The engine answers null instead of an empty list.
      volumes: new Set(
        (volumes.Volumes ?? []).map((volume) => volume.Labels?.[LABELS.volume] ?? '').filter(Boolean),
      ),
    };
  } catch (error) {
    // A list that is an error is as good as none: nothing can be decided without having looked.
    throw unavailable(error);
  }
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
