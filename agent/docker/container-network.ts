// How a container is connected, as the create call takes it.
// Tested in test/agent/docker/container-options.test.ts.
import type Docker from 'dockerode';
import type { DesiredNetworking, Port, PublishedPort } from '../model/desired-networking.ts';
import type { ServiceSpec } from '../model/service-spec.ts';
import { engineName } from './labels.ts';
import { modeOf, type Peers } from './peers.ts';

/** Only the first network can be joined in the create call. */
export function networkingOf(
  deployment: string,
  spec: ServiceSpec,
  peers: Peers,
): Pick<Docker.ContainerCreateOptions, 'NetworkingConfig'> & { mode: string } {
  const { networkMode } = spec.service;
  if (networkMode !== null) return { mode: modeOf(networkMode, peers) };
  const [network = 'default'] = Object.keys(spec.networks);
  const mode = engineName(deployment, network);
  return { mode, NetworkingConfig: { EndpointsConfig: { [mode]: endpointOptions(spec, network) } } };
}

/** How a container joins one of its networks. */
export function endpointOptions(spec: ServiceSpec, network: string): Docker.EndpointSettings {
  const { aliases, address } = spec.networks[network] ?? { aliases: [], address: null };
  return {
    Aliases: [...aliases],
    ...(address === null ? {} : { IPAMConfig: { IPv4Address: address } }),
  };
}

/** Ports that are told to the engine: the published and the merely exposed. */
export function exposedPorts({ ports, exposed }: DesiredNetworking): Record<string, object> {
  return Object.fromEntries([...ports, ...exposed].map((port) => [portKey(port), {}]));
}

function portKey(port: Port): string {
  return `${port.target}/${port.protocol}`;
}

type Bindings = Record<string, { HostIp: string; HostPort: string }[]>;

export function portBindings(ports: readonly PublishedPort[]): Bindings {
  const bindings: Bindings = {};
  for (const port of ports) {
    const key = portKey(port);
    bindings[key] = [
      ...(bindings[key] ?? []),
      { HostIp: port.hostIp ?? '', HostPort: port.published === null ? '' : String(port.published) },
    ];
  }
  return bindings;
}

/** Names and name servers, where the service says any. */
export function namesOf({
  dns,
  dnsOptions,
  dnsSearch,
  extraHosts,
}: DesiredNetworking): Pick<Docker.HostConfig, 'Dns' | 'DnsOptions' | 'DnsSearch' | 'ExtraHosts'> {
  return {
    ...(dns === null ? {} : { Dns: [...dns] }),
    ...(dnsOptions === null ? {} : { DnsOptions: [...dnsOptions] }),
    ...(dnsSearch === null ? {} : { DnsSearch: [...dnsSearch] }),
    ...(extraHosts === null ? {} : { ExtraHosts: Object.entries(extraHosts).flatMap(hostLines) }),
  };
}

function hostLines([name, addresses]: [string, readonly string[]]): string[] {
  return addresses.map((address) => `${name}:${address}`);
}
