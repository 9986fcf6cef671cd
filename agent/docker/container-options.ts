// From a service's spec to the engine's create call.
import type Docker from 'dockerode';
import type { Mount, PublishedPort, Service } from '../../protocol/service.ts';
import type { MutableSettings } from '../reconcile/observed.ts';
import { durationMs, type ServiceSpec } from '../reconcile/service-spec.ts';
import { engineName, LABELS, volumeLabels } from './labels.ts';

const NS_PER_MS = 1e6;
/** Logs of a device's containers are bounded: the engine's own default is not. */
const LOG_CONFIG = { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } };

/** Options of the create call, but for the name. Only the first network can be joined in it. */
export function containerOptions(deployment: string, spec: ServiceSpec): Docker.ContainerCreateOptions {
  const { service } = spec;
  const [network = 'default'] = Object.keys(spec.networks);
  return {
    Image: service.image,
    Labels: labelsOf(deployment, spec),
    ...(service.command === undefined ? {} : { Cmd: service.command }),
    ...(service.entrypoint === undefined ? {} : { Entrypoint: service.entrypoint }),
    ...(service.working_dir === undefined ? {} : { WorkingDir: service.working_dir }),
    ...(service.user === undefined ? {} : { User: service.user }),
    ...(service.hostname === undefined ? {} : { Hostname: service.hostname }),
    ...(service.stop_signal === undefined ? {} : { StopSignal: service.stop_signal }),
    ...healthcheckOf(service),
    Env: Object.entries(service.environment ?? {}).map(([key, value]) => `${key}=${value}`),
    ExposedPorts: Object.fromEntries((service.ports ?? []).map((port) => [portKey(port), {}])),
    StopTimeout: Math.ceil(spec.stopGraceMs / 1000),
    HostConfig: {
      ...updateOptions(spec.settings),
      NetworkMode: engineName(deployment, network),
      PortBindings: portBindings(service.ports ?? []),
      Mounts: (service.volumes ?? []).map((mount) => mountOptions(deployment, mount)),
      LogConfig: LOG_CONFIG,
      Init: true,
      SecurityOpt: ['no-new-privileges'],
    },
    NetworkingConfig: {
      EndpointsConfig: { [engineName(deployment, network)]: endpointOptions(spec, network) },
    },
  };
}

/** How a container joins one of its networks. */
export function endpointOptions(spec: ServiceSpec, network: string): { Aliases: string[] } {
  return { Aliases: [...(spec.networks[network] ?? [])] };
}

function labelsOf(deployment: string, spec: ServiceSpec): Record<string, string> {
  return {
    [LABELS.deployment]: deployment,
    [LABELS.service]: spec.name,
    [LABELS.revision]: String(spec.revision),
    [LABELS.spec]: spec.hash,
  };
}

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

function healthcheckOf(service: Service): Pick<Docker.ContainerCreateOptions, 'Healthcheck'> {
  const check = service.healthcheck;
  if (check === undefined) return {};
  return {
    Healthcheck: {
      Test: check.test,
      Interval: nanoseconds(check.interval),
      Timeout: nanoseconds(check.timeout),
      Retries: check.retries ?? 0,
      StartPeriod: nanoseconds(check.start_period),
    },
  };
}

/** Whole nanoseconds, as the engine takes them; 0 lets it choose. */
function nanoseconds(duration: string | undefined): number {
  return Math.round(durationMs(duration, 0) * NS_PER_MS);
}

function portKey(port: PublishedPort): string {
  return `${port.target}/${port.protocol}`;
}

function portBindings(
  ports: readonly PublishedPort[],
): Record<string, { HostIp: string; HostPort: string }[]> {
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const port of ports) {
    const key = portKey(port);
    bindings[key] = [...(bindings[key] ?? []), { HostIp: port.host_ip ?? '', HostPort: port.published }];
  }
  return bindings;
}

function mountOptions(deployment: string, mount: Mount): Docker.MountConfig[number] {
  switch (mount.type) {
    case 'volume':
      return {
        Type: 'volume',
        Source: engineName(deployment, mount.source),
        Target: mount.target,
        ReadOnly: mount.read_only ?? false,
        // Where somebody removed the volume a moment ago, the engine makes it itself, and it must be ours.
        VolumeOptions: {
          NoCopy: false,
          Labels: volumeLabels(deployment, mount.source),
          DriverConfig: { Name: 'local', Options: {} },
        },
      };
    case 'bind':
      return { Type: 'bind', Source: mount.source, Target: mount.target, ReadOnly: mount.read_only ?? false };
    case 'tmpfs':
      return { Type: 'tmpfs', Source: '', Target: mount.target };
  }
}
