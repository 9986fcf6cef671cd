// How a service reaches others and is reached, as values.
// Tested in test/agent/model/document/conversion.test.ts.
import type { PublishedPort as AskedPort, Service } from '../../../protocol/deployment/service.ts';
import { joinedService, type Namespace as Key } from '../../../protocol/deployment/service-namespaces.ts';
import type { DesiredNetworking, Namespace, Port, PublishedPort } from '../desired-networking.ts';
import { parsedBy, wholeNumber } from './values.ts';

/** Throws `NoValue`. */
export function networkingOf(service: Service): DesiredNetworking {
  return {
    networkMode: namespaceOf(service, 'network_mode'),
    ports: (service.ports ?? []).map(publishedPort),
    exposed: (service.expose ?? []).map((text) => parsedBy('port', text, parsePort)),
    dns: service.dns ?? null,
    dnsOptions: service.dns_opt ?? null,
    dnsSearch: service.dns_search ?? null,
    extraHosts: service.extra_hosts ?? null,
  };
}

/** `null` where nothing is asked. */
export function namespaceOf(service: Service, key: Key): Namespace | null {
  const mode = service[key];
  if (mode === undefined) return null;
  const joined = joinedService(service, key);
  return joined === null ? { kind: 'mode', mode } : { kind: 'joined', service: joined };
}

function publishedPort({ target, protocol, published, host_ip }: AskedPort): PublishedPort {
  return {
    target,
    protocol,
    published: published === undefined ? null : wholeNumber(published),
    hostIp: host_ip ?? null,
  };
}

/** `53/udp`, or `8080`, which is of TCP. */
function parsePort(text: string): Port | null {
  const [, port, protocol] = /^(\d{1,5})(?:\/(tcp|udp))?$/.exec(text) ?? [];
  return port === undefined ? null : { target: Number(port), protocol: protocol === 'udp' ? 'udp' : 'tcp' };
}
