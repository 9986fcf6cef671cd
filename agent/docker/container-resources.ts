// What a container may use of the device, as the create call and, in part, the update call take it.
import type Docker from 'dockerode';
import type { Service } from '../../protocol/deployment/service.ts';
import { parseByteSize } from '../../protocol/values/byte-size.ts';
import type { MutableSettings } from '../model/observed.ts';

/** What the update call takes too. No swap beyond the memory limit: a limit that swaps is none. */
export function updateOptions(settings: MutableSettings) {
  const [name = 'no', retries] = settings.restartPolicy.split(':');
  return {
    Memory: settings.memoryBytes,
    MemorySwap: settings.memoryBytes,
    NanoCpus: settings.nanoCpus,
    PidsLimit: settings.pids,
    RestartPolicy: { Name: name, MaximumRetryCount: retries === undefined ? 0 : Number(retries) },
  };
}

type Resources = Pick<
  Docker.HostConfig,
  | 'MemoryReservation'
  | 'CpuShares'
  | 'CpusetCpus'
  | 'OomScoreAdj'
  | 'ShmSize'
  | 'Sysctls'
  | 'Ulimits'
  | 'Runtime'
>;

/** What needs a new container when it changes. */
export function resourcesOf(service: Service): Resources {
  const { cpu_shares, cpuset, oom_score_adj, runtime, shm_size, sysctls, ulimits } = service;
  const reserved = service.deploy?.resources?.reservations?.memory;
  return {
    ...(reserved === undefined ? {} : { MemoryReservation: parseByteSize(reserved) ?? 0 }),
    ...(cpu_shares === undefined ? {} : { CpuShares: cpu_shares }),
    ...(cpuset === undefined ? {} : { CpusetCpus: cpuset }),
    ...(oom_score_adj === undefined ? {} : { OomScoreAdj: oom_score_adj }),
    ...(runtime === undefined ? {} : { Runtime: runtime }),
    ...(shm_size === undefined ? {} : { ShmSize: parseByteSize(shm_size) ?? 0 }),
    ...(sysctls === undefined ? {} : { Sysctls: sysctls }),
    ...(ulimits === undefined ? {} : { Ulimits: Object.entries(ulimits).map(ulimitOf) }),
  };
}

function ulimitOf([name, { soft, hard }]: [string, { soft: number; hard: number }]): Docker.Ulimit {
  return { Name: name, Soft: soft, Hard: hard };
}
