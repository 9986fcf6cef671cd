// Subnets of networks, and the addresses that services ask for in them.
// Tested in test/protocol/deployment/networks-and-volumes.test.ts.

import { formatSubnet, isWithin, parseIpv4, parseSubnet, type Subnet } from '../values/ipv4.ts';
import type { Path, Report } from './check-report.ts';
import type { PresentDeployment } from './deployment.ts';

type Network = PresentDeployment['networks'][string];
type Pool = NonNullable<Network['ipam']>['config'][number];

export function checkAddresses(document: PresentDeployment, report: Report): void {
  const subnets = new Map<string, Subnet>();
  for (const [name, { ipam }] of Object.entries(document.networks)) {
    const [pool] = ipam?.config ?? [];
    const subnet =
      pool === undefined ? null : checkPool(pool, ['networks', name, 'ipam', 'config', 0], report);
    if (subnet === null) continue;
    const other = [...subnets].find(
      ([, taken]) => isWithin(subnet.first, taken) || isWithin(taken.first, subnet),
    );
    if (other !== undefined)
      report(
        ['networks', name, 'ipam', 'config', 0, 'subnet'],
        `overlaps with that of network "${other[0]}"`,
      );
    subnets.set(name, subnet);
  }
  checkFixedAddresses(document, subnets, report);
}

/** A bridge needs addresses for itself and for others. */
const LONGEST_PREFIX = 30;
const SHORTEST_PREFIX = 8;

function checkPool({ subnet, gateway, ip_range }: Pool, at: Path, report: Report): Subnet | null {
  const whole = subnetAt(subnet, [...at, 'subnet'], report);
  if (whole === null) return null;
  if (whole.prefix < SHORTEST_PREFIX || whole.prefix > LONGEST_PREFIX)
    report([...at, 'subnet'], `a subnet from /${SHORTEST_PREFIX} to /${LONGEST_PREFIX}`);
  if (gateway !== undefined && !isHostOf(gateway, whole))
    report([...at, 'gateway'], `an address of ${subnet} that a host can have`);
  const range = ip_range === undefined ? null : subnetAt(ip_range, [...at, 'ip_range'], report);
  if (range !== null && !(isWithin(range.first, whole) && isWithin(range.last, whole)))
    report([...at, 'ip_range'], `a part of ${subnet}`);
  return whole;
}

function subnetAt(text: string, at: Path, report: Report): Subnet | null {
  const subnet = parseSubnet(text);
  if (subnet === null) report(at, 'an IPv4 subnet such as "172.28.0.0/24"');
  else if (formatSubnet(subnet) !== text)
    report(at, `"${text}" is no subnet: write "${formatSubnet(subnet)}"`);
  return subnet;
}

/** The first address names the subnet, the last one is for all. */
function isHostOf(text: string, { first, last }: Subnet): boolean {
  const address = parseIpv4(text);
  return address !== null && address > first && address < last;
}

function checkFixedAddresses(
  document: PresentDeployment,
  subnets: ReadonlyMap<string, Subnet>,
  report: Report,
): void {
  const holders = new Map<string, string>();
  for (const [service, { networks = {} }] of Object.entries(document.services)) {
    for (const [name, { ipv4_address: address }] of Object.entries(networks)) {
      if (address === undefined) continue;
      const tell = (message: string): void =>
        report(['services', service, 'networks', name, 'ipv4_address'], message);
      const fault = faultOf(address, document.networks[name], subnets.get(name));
      if (fault !== null) tell(fault);
      const holder = holders.get(`${name} ${address}`);
      if (holder !== undefined) tell(`${address} is the address of "${holder}" already`);
      holders.set(`${name} ${address}`, service);
    }
  }
}

function faultOf(address: string, network: Network | undefined, subnet: Subnet | undefined): string | null {
  if (parseIpv4(address) === null) return 'an IPv4 address such as "172.28.0.10"';
  const [pool] = network?.ipam?.config ?? [];
  if (pool === undefined) {
    // What it was made with by hand is not known here: the engine judges.
    const isOthers = network?.shared !== undefined;
    return isOthers ? null : 'needs a subnet under ipam.config of that network at the top level';
  }
  if (subnet === undefined) return null;
  if (!isHostOf(address, subnet)) return `an address of ${pool.subnet} that a host can have`;
  return address === pool.gateway ? `${address} is the gateway of the network` : null;
}
