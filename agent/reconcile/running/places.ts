// What only one container can have at a time: an instance's place, a port of the host, an address, a device. What is to
// start waits for the stop of whoever of its deployment has it, whatever service that is.
import { doAddressesMeet } from '../../../protocol/values/host-address.ts';
import type { DesiredNetworking } from '../../model/desired-networking.ts';
import { type InstanceSpec, keyOf } from '../../model/instance.ts';
import type { HostPort, ObservedContainer } from '../../model/observed.ts';
import { isUp } from './select-container.ts';

/** Whether one of these containers, which are to stop, still has what a container of `spec` needs. */
export function isPlaceTaken(spec: InstanceSpec, leaving: readonly ObservedContainer[]): boolean {
  return leaving.some((other) => isUp(other) && holdsPlaceOf(other, spec));
}

/** What it holds is its own, whatever its service is asked to publish by now. */
function holdsPlaceOf(other: ObservedContainer, { instance, service, networks }: InstanceSpec): boolean {
  if (keyOf(other) === keyOf(instance)) return true;
  const addresses = Object.values(networks).map(({ address }) => address);
  if (other.addresses.some((held) => addresses.includes(held))) return true;
  const isPortHeld = portsOf(service).some((wanted) => other.hostPorts.some((held) => doMeet(wanted, held)));
  return isPortHeld || service.devices.some(({ source }) => other.devices.includes(source));
}

function portsOf({ ports }: DesiredNetworking): HostPort[] {
  // One that the engine is to give is free.
  return ports.flatMap(({ hostIp, published, protocol }) =>
    published === null ? [] : [{ hostIp, port: `${published}/${protocol}` }],
  );
}

function doMeet(one: HostPort, other: HostPort): boolean {
  return one.port === other.port && doAddressesMeet(one.hostIp, other.hostIp);
}
