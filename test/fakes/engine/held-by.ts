// What a container of a service has of the host, as the engine shows it.
import type { HostPort, ObservedContainer } from '../../../agent/model/observed.ts';
import type { ServiceSpec } from '../../../agent/model/service-spec.ts';
import { doAddressesMeet } from '../../../protocol/values/host-address.ts';

/** But for ports that the engine gives it at each start. */
export function heldBy({
  service,
  networks,
}: ServiceSpec): Pick<ObservedContainer, 'hostPorts' | 'devices' | 'addresses'> {
  return {
    hostPorts: service.ports.flatMap(({ hostIp, published, protocol }) =>
      published === null ? [] : [{ hostIp, port: `${published}/${protocol}` }],
    ),
    devices: service.devices.map(({ source }) => source),
    addresses: Object.values(networks).flatMap(({ address }) => address ?? []),
  };
}

/** Whether the engine lets only one of two containers have these. */
export function doCollide(one: readonly HostPort[], other: readonly HostPort[]): boolean {
  return one.some(({ hostIp, port }) =>
    other.some((held) => held.port === port && doAddressesMeet(hostIp, held.hostIp)),
  );
}
