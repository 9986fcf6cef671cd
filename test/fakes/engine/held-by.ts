// What a container of a service has of the host, as the engine shows it.
import type { HostPort, ObservedContainer } from '../../../agent/model/observed.ts';
import type { ServiceSpec } from '../../../agent/model/service-spec.ts';
import { doAddressesMeet } from '../../../protocol/deployment/service-network-checks.ts';

/** But for ports that the engine gives it at each start. */
export function heldBy({
  service,
  networks,
}: ServiceSpec): Pick<ObservedContainer, 'hostPorts' | 'devices' | 'addresses'> {
  const { ports = [], devices = [] } = service;
  return {
    hostPorts: ports.flatMap(({ host_ip, published, protocol }) =>
      published === undefined ? [] : [{ hostIp: host_ip ?? null, port: `${published}/${protocol}` }],
    ),
    devices: devices.map(({ source }) => source).filter((source) => source.startsWith('/')),
    addresses: Object.values(networks).flatMap(({ address }) => address ?? []),
  };
}

/** Whether the engine lets only one of two containers have these. */
export function doCollide(one: readonly HostPort[], other: readonly HostPort[]): boolean {
  return one.some(({ hostIp, port }) =>
    other.some(
      (held) => held.port === port && doAddressesMeet(hostIp ?? undefined, held.hostIp ?? undefined),
    ),
  );
}
