// What else there is on the engine: read when somebody asks for a check.
// Tested in test/integration/agent/check.test.ts.
import type Docker from 'dockerode';
import { unavailable, unlessStatus } from './engine-error.ts';
import { LABELS } from './labels.ts';

export interface Survey {
  readonly bridges: number;
  readonly hasOwnPools: boolean;
  readonly unbounded: readonly string[];
}

/** Drivers that keep a log in files with no bound unless one is set. */
const UNBOUNDED_DRIVERS: ReadonlySet<string> = new Set(['json-file']);
/** Of a device with more nobody waits for all. */
const MAX_LOOKED_AT = 64;

export async function surveyEngine(docker: Docker): Promise<Survey> {
  try {
    const [info, networks, containers] = await Promise.all([
      docker.info(),
      docker.listNetworks(),
      docker.listContainers({ all: true }),
    ]);
    const others = containers.filter(({ Labels }) => Labels[LABELS.deployment] === undefined);
    const looks = others
      .slice(0, MAX_LOOKED_AT)
      .map(({ Id }) => unlessStatus(404, docker.getContainer(Id).inspect()));
    const inspected = (await Promise.all(looks)).filter((look) => look !== null);
    return {
      bridges: networks.filter(({ Driver }) => Driver === 'bridge').length,
      hasOwnPools: (info.DefaultAddressPools ?? []).length > 0,
      unbounded: inspected.filter(isUnbounded).map(({ Name }) => Name.replace(/^\//, '')),
    };
  } catch (error) {
    throw unavailable(error);
  }
}

function isUnbounded({ HostConfig }: Docker.ContainerInspectInfo): boolean {
  const { Type, Config } = HostConfig.LogConfig ?? { Type: '', Config: {} };
  return UNBOUNDED_DRIVERS.has(Type) && Config?.['max-size'] === undefined;
}
