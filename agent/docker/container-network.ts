// How a container is connected, as the create call takes it.
import type Docker from 'dockerode';
import type { PublishedPort, Service } from '../../protocol/deployment/service.ts';
import { hostOf } from '../../protocol/deployment/service-namespaces.ts';
import type { ServiceSpec } from '../model/service-spec.ts';
import { engineName } from './labels.ts';
import { joinContainer, type Peers } from './peers.ts';

/** Only the first network can be joined in the create call. */
export function networkingOf(
  deployment: string,
  spec: ServiceSpec,
  peers: Peers,
): Pick<Docker.ContainerCreateOptions, 'NetworkingConfig'> & { mode: string } {
  const { network_mode: asked } = spec.service;
  const peer = hostOf(spec.service, 'network_mode');
  if (peer !== null) return { mode: joinContainer(peer, peers) };
  if (asked !== undefined) return { mode: asked };
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
export function exposedPorts(service: Service): Record<string, object> {
  const exposed = (service.expose ?? []).map((port) => (port.includes('/') ? port : `${port}/tcp`));
  return Object.fromEntries([...(service.ports ?? []).map(portKey), ...exposed].map((key) => [key, {}]));
}

function portKey(port: PublishedPort): string {
  return `${port.target}/${port.protocol}`;
}

type Bindings = Record<string, { HostIp: string; HostPort: string }[]>;

export function portBindings(ports: readonly PublishedPort[]): Bindings {
  const bindings: Bindings = {};
  for (const port of ports) {
    const key = portKey(port);
    bindings[key] = [
      ...(bindings[key] ?? []),
      { HostIp: port.host_ip ?? '', HostPort: port.published ?? '' },
    ];
  }
  return bindings;
}

/** Names and name servers, where the service says any. */
export function namesOf(
  service: Service,
): Pick<Docker.HostConfig, 'Dns' | 'DnsOptions' | 'DnsSearch' | 'ExtraHosts'> {
  const { dns, dns_opt, dns_search, extra_hosts } = service;
  return {
    ...(dns === undefined ? {} : { Dns: dns }),
    ...(dns_opt === undefined ? {} : { DnsOptions: dns_opt }),
    ...(dns_search === undefined ? {} : { DnsSearch: dns_search }),
    ...(extra_hosts === undefined ? {} : { ExtraHosts: Object.entries(extra_hosts).flatMap(hostLines) }),
  };
}

function hostLines([name, addresses]: [string, readonly string[]]): string[] {
  return addresses.map((address) => `${name}:${address}`);
}
