// From a service's spec to the engine's create call.
import type Docker from 'dockerode';
import type { Service } from '../../protocol/deployment/service.ts';
import { durationMs, type ServiceSpec } from '../model/service-spec.ts';
import type { HostMount } from '../ports/service-files.ts';
import { devicesOf } from './container-devices.ts';
import { loggingOf } from './container-logging.ts';
import { mountsOf } from './container-mounts.ts';
import { exposedPorts, namesOf, networkingOf, portBindings } from './container-network.ts';
import { resourcesOf, updateOptions } from './container-resources.ts';
import { namespacesOf, securityOf } from './container-security.ts';
import { type ImageProcess, initFor } from './init-process.ts';
import { LABELS } from './labels.ts';
import type { Peers } from './peers.ts';

const NS_PER_MS = 1e6;
/** As Compose has it. */
const DEFAULT_STOP_GRACE_MS = 10_000;

/** What a container is made of that must be there before it. */
export interface Surroundings {
  /** The containers whose namespaces it joins. */
  readonly peers: Peers;
  /** Files and directories that the agent made for it. */
  readonly mounts: readonly HostMount[];
  readonly image: ImageProcess;
}

const NOTHING: Surroundings = { peers: {}, mounts: [], image: {} };

/** Options of the create call, but for the name. */
export function containerOptions(
  deployment: string,
  spec: ServiceSpec,
  { peers, mounts, image }: Surroundings = NOTHING,
): Docker.ContainerCreateOptions {
  const { service } = spec;
  const { mode, ...networking } = networkingOf(deployment, spec, peers);
  return {
    Image: service.image,
    Labels: { ...service.labels, ...ownLabels(deployment, spec) },
    ...processOf(service),
    ...healthcheckOf(service),
    Env: Object.entries(service.environment ?? {}).map(([key, value]) => `${key}=${value}`),
    ExposedPorts: exposedPorts(service),
    StopTimeout: Math.ceil(durationMs(service.stop_grace_period, DEFAULT_STOP_GRACE_MS) / 1000),
    HostConfig: {
      ...updateOptions(spec.settings),
      ...resourcesOf(service),
      ...securityOf(service),
      ...namespacesOf(service, peers),
      ...devicesOf(service),
      ...mountsOf(deployment, spec, mounts),
      ...namesOf(service),
      ...(service.uts === undefined ? {} : { UTSMode: service.uts }),
      NetworkMode: mode,
      PortBindings: portBindings(service.ports ?? []),
      LogConfig: loggingOf(service),
      Init: initFor(service, image) === 'engine',
    },
    ...networking,
  };
}

function ownLabels(deployment: string, spec: ServiceSpec): Record<string, string> {
  return {
    [LABELS.deployment]: deployment,
    [LABELS.service]: spec.name,
    [LABELS.revision]: String(spec.revision),
    [LABELS.spec]: spec.hash,
  };
}

/** What the image says, unless the service says otherwise. */
function processOf(service: Service): Docker.ContainerCreateOptions {
  return {
    ...(service.command === undefined ? {} : { Cmd: service.command }),
    ...(service.entrypoint === undefined ? {} : { Entrypoint: service.entrypoint }),
    ...(service.working_dir === undefined ? {} : { WorkingDir: service.working_dir }),
    ...(service.user === undefined ? {} : { User: service.user }),
    ...(service.hostname === undefined ? {} : { Hostname: service.hostname }),
    ...(service.domainname === undefined ? {} : { Domainname: service.domainname }),
    ...(service.stop_signal === undefined ? {} : { StopSignal: service.stop_signal }),
  };
}

function healthcheckOf(service: Service): Pick<Docker.ContainerCreateOptions, 'Healthcheck'> {
  const check = service.healthcheck;
  if (check === undefined) return {};
  return {
    Healthcheck: {
      // Without one the engine takes the image's.
      ...(check.test === undefined ? {} : { Test: check.test }),
      Interval: nanoseconds(check.interval),
      Timeout: nanoseconds(check.timeout),
      Retries: check.retries ?? 0,
      StartPeriod: nanoseconds(check.start_period),
      ...(check.start_interval === undefined ? {} : { StartInterval: nanoseconds(check.start_interval) }),
    },
  };
}

/** Whole nanoseconds, as the engine takes them; 0 lets it choose. */
function nanoseconds(duration: string | undefined): number {
  return Math.round(durationMs(duration, 0) * NS_PER_MS);
}
