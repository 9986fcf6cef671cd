// One service of a document, as values: what each key becomes, and what holds where nothing is written.
// Tested in test/agent/model/document/conversion.test.ts.
import type { Service } from '../../../protocol/deployment/service.ts';
import { parseImageReference } from '../../../protocol/values/image-reference.ts';
import { parsePlatform } from '../../../protocol/values/platform.ts';
import type {
  DesiredProcess,
  DesiredResources,
  DesiredSecurity,
  DesiredService,
  Restart,
} from '../desired-service.ts';
import { devicesOf } from './devices.ts';
import { healthcheckOf, probeOf } from './health.ts';
import { foldersOf, mountsOf } from './mounts.ts';
import { namespaceOf, networkingOf } from './networking.ts';
import { bytesIn, engineMs, parsedBy } from './values.ts';

/** As Compose has it. */
const DEFAULT_STOP_GRACE_MS = 10_000;

/** Throws `NoValue`. */
export function serviceOf(service: Service): DesiredService {
  const { image, platform, depends_on = {}, probe, healthcheck, logging } = service;
  return {
    image: { text: image, reference: parseImageReference(image) },
    pullPolicy: service.pull_policy ?? 'missing',
    platform: platform === undefined ? null : parsedBy('platform', platform, parsePlatform),
    restart:
      service.restart === undefined ? ALWAYS : parsedBy('restart policy', service.restart, parseRestart),
    dependsOn: Object.entries(depends_on).map(([name, { condition }]) => ({ service: name, condition })),
    probe: probe === undefined ? null : probeOf(probe),
    healthcheck: healthcheck === undefined ? null : healthcheckOf(healthcheck),
    logging: { driver: logging?.driver ?? null, options: logging?.options ?? {} },
    ...processOf(service),
    ...networkingOf(service),
    ...mountsOf(service),
    ...devicesOf(service),
    folders: foldersOf(service),
    resources: resourcesOf(service),
    security: securityOf(service),
  };
}

const ALWAYS: Restart = { kind: 'always' };

/** `null` where it is none. `unless-stopped` is what `always` means to the agent. */
function parseRestart(text: string): Restart | null {
  if (text === 'always' || text === 'unless-stopped') return ALWAYS;
  if (text === 'no') return { kind: 'never' };
  const match = /^on-failure(?::([1-9]\d*))?$/.exec(text);
  if (match === null) return null;
  const [, retries] = match;
  return { kind: 'on_failure', maxRetries: retries === undefined ? null : Number(retries) };
}

function processOf(service: Service): DesiredProcess {
  return {
    command: service.command ?? null,
    entrypoint: service.entrypoint ?? null,
    environment: service.environment ?? {},
    labels: service.labels ?? {},
    workingDir: service.working_dir ?? null,
    user: service.user ?? null,
    groups: service.group_add ?? null,
    hostname: service.hostname ?? null,
    domainname: service.domainname ?? null,
    hasDeviceName: service.uts === 'host',
    init: service.init ?? null,
    runtime: service.runtime ?? null,
    stopSignal: service.stop_signal ?? null,
    stopGraceMs: engineMs(service.stop_grace_period) ?? DEFAULT_STOP_GRACE_MS,
  };
}

function resourcesOf(service: Service): DesiredResources {
  return {
    reservedBytes: bytesIn(service.deploy?.resources?.reservations?.memory),
    cpuShares: service.cpu_shares ?? null,
    cpuset: service.cpuset ?? null,
    oomScoreAdj: service.oom_score_adj ?? null,
    shmBytes: bytesIn(service.shm_size),
    sysctls: service.sysctls ?? null,
    ulimits: service.ulimits ?? null,
  };
}

function securityOf(service: Service): DesiredSecurity {
  return {
    capAdd: service.cap_add ?? null,
    capDrop: service.cap_drop ?? null,
    privileged: service.privileged ?? null,
    readOnly: service.read_only ?? null,
    options: service.security_opt ?? [],
    ipc: namespaceOf(service, 'ipc'),
    pid: namespaceOf(service, 'pid'),
  };
}
