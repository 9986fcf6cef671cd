// From a service's spec to the engine's create call.
import type Docker from 'dockerode';
import type { Healthcheck } from '../model/desired-health.ts';
import type { DesiredProcess } from '../model/desired-service.ts';
import { type InstanceSpec, keyOf } from '../model/instance.ts';
import type { ImageProcess } from '../ports/engine.ts';
import type { HostMount } from '../ports/service-files.ts';
import { devicesOf } from './container-devices.ts';
import { loggingOf } from './container-logging.ts';
import { mountsOf } from './container-mounts.ts';
import { exposedPorts, namesOf, networkingOf, portBindings } from './container-network.ts';
import { resourcesOf, updateOptions } from './container-resources.ts';
import { namespacesOf, securityOf } from './container-security.ts';
import { initFor } from './init-process.ts';
import { LABELS } from './labels.ts';
import type { Peers } from './peers.ts';

const NS_PER_MS = 1e6;

/** What a container is made of that must be there before it. */
export interface ContainerParts {
  /** The containers whose namespaces it joins. */
  readonly peers: Peers;
  /** Files and directories that the agent made for it. */
  readonly mounts: readonly HostMount[];
  readonly image: ImageProcess;
}

const NOTHING: ContainerParts = { peers: {}, mounts: [], image: {} };

/** Options of the create call, but for the name. */
export function containerOptions(
  deployment: string,
  spec: InstanceSpec,
  { peers, mounts, image }: ContainerParts = NOTHING,
): Docker.ContainerCreateOptions {
  const { service } = spec;
  const { mode, ...networking } = networkingOf(deployment, spec, peers);
  return {
    Image: service.image.text,
    Labels: { ...service.labels, ...ownLabels(deployment, spec) },
    ...processOf(service),
    ...healthcheckOf(service.healthcheck),
    Env: Object.entries(service.environment).map(([key, value]) => `${key}=${value}`),
    ExposedPorts: exposedPorts(service),
    StopTimeout: Math.ceil(service.stopGraceMs / 1000),
    HostConfig: {
      ...updateOptions(spec),
      ...resourcesOf(service),
      ...securityOf(service),
      ...namespacesOf(service, peers),
      ...devicesOf(service),
      ...mountsOf(deployment, spec, mounts),
      ...namesOf(service),
      ...(service.hasDeviceName ? { UTSMode: 'host' } : {}),
      NetworkMode: mode,
      PortBindings: portBindings(service.ports),
      LogConfig: loggingOf(service),
      Init: initFor(service, image) === 'engine',
    },
    ...networking,
  };
}

function ownLabels(deployment: string, spec: InstanceSpec): Record<string, string> {
  return {
    [LABELS.deployment]: deployment,
    [LABELS.service]: keyOf(spec.instance),
    [LABELS.revision]: String(spec.revision),
    [LABELS.spec]: spec.hash,
  };
}

/** What the image says, unless the service says otherwise. */
function processOf(process: DesiredProcess): Docker.ContainerCreateOptions {
  const { command, entrypoint, workingDir, user, hostname, domainname, stopSignal } = process;
  return {
    ...(command === null ? {} : { Cmd: [...command] }),
    ...(entrypoint === null ? {} : { Entrypoint: [...entrypoint] }),
    ...(workingDir === null ? {} : { WorkingDir: workingDir }),
    ...(user === null ? {} : { User: user }),
    ...(hostname === null ? {} : { Hostname: hostname }),
    ...(domainname === null ? {} : { Domainname: domainname }),
    ...(stopSignal === null ? {} : { StopSignal: stopSignal }),
  };
}

function healthcheckOf(check: Healthcheck | null): Pick<Docker.ContainerCreateOptions, 'Healthcheck'> {
  if (check === null) return {};
  const { test, intervalMs, timeoutMs, retries, startPeriodMs, startIntervalMs } = check;
  return {
    Healthcheck: {
      // Without one the engine takes the image's.
      ...(test === null ? {} : { Test: [...test] }),
      Interval: nanoseconds(intervalMs),
      Timeout: nanoseconds(timeoutMs),
      Retries: retries ?? ENGINE_DEFAULT,
      StartPeriod: nanoseconds(startPeriodMs),
      ...(startIntervalMs === null ? {} : { StartInterval: nanoseconds(startIntervalMs) }),
    },
  };
}

/** The engine chooses. */
const ENGINE_DEFAULT = 0;

/** Whole nanoseconds, as the engine takes them. */
function nanoseconds(ms: number | null): number {
  return ms === null ? ENGINE_DEFAULT : Math.round(ms * NS_PER_MS);
}
