// What a container may use of the device, as the create call and, in part, the update call take it.
// Tested in test/agent/docker/container-options.test.ts.
import type Docker from 'dockerode';
import type { DesiredService } from '../model/desired-service.ts';
import { type EnginePolicy, enginePolicy } from '../model/engine-policy.ts';
import type { ServiceSpec } from '../model/service-spec.ts';

/** What the update call takes too. No swap beyond the memory limit: a limit that swaps is none. */
export function updateOptions({ settings, service }: ServiceSpec) {
  return {
    Memory: settings.memoryBytes,
    MemorySwap: settings.memoryBytes,
    NanoCpus: settings.nanoCpus,
    PidsLimit: settings.pids,
    RestartPolicy: restartPolicy(enginePolicy(service.restart)),
  };
}

function restartPolicy({ name, maxRetries }: EnginePolicy): Required<Docker.HostRestartPolicy> {
  return { Name: name, MaximumRetryCount: maxRetries };
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
export function resourcesOf({ resources, runtime }: DesiredService): Resources {
  const { reservedBytes, cpuShares, cpuset, oomScoreAdj, shmBytes, sysctls, ulimits } = resources;
  return {
    ...(reservedBytes === null ? {} : { MemoryReservation: reservedBytes }),
    ...(cpuShares === null ? {} : { CpuShares: cpuShares }),
    ...(cpuset === null ? {} : { CpusetCpus: cpuset }),
    ...(oomScoreAdj === null ? {} : { OomScoreAdj: oomScoreAdj }),
    ...(runtime === null ? {} : { Runtime: runtime }),
    ...(shmBytes === null ? {} : { ShmSize: shmBytes }),
    ...(sysctls === null ? {} : { Sysctls: { ...sysctls } }),
    ...(ulimits === null ? {} : { Ulimits: Object.entries(ulimits).map(ulimitOf) }),
  };
}

function ulimitOf([name, { soft, hard }]: [string, { soft: number; hard: number }]): Docker.Ulimit {
  return { Name: name, Soft: soft, Hard: hard };
}
