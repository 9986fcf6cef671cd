// Networks, ports and names of services: what must exist, what excludes each other, what is taken.
// Tested in test/protocol/deployment/networks-and-volumes.test.ts.
import { isIP } from 'node:net';
import { doAddressesMeet } from '../values/host-address.ts';
import type { Path, Placed, Report } from './check-report.ts';
import type { PresentDeployment } from './deployment.ts';
import type { Service } from './service.ts';

export function checkNetworks(document: PresentDeployment, { service, at }: Placed, report: Report): void {
  for (const name of Object.keys(service.networks ?? {})) {
    if (name !== 'default' && !Object.hasOwn(document.networks, name)) {
      report([...at, 'networks', name], `no network "${name}" under the top-level networks`);
    }
  }
  checkAddresses(service, at, report);
  for (const key of ['hostname', 'domainname'] as const) {
    if (service.uts !== undefined && service[key] !== undefined)
      report([...at, key], `means nothing with uts "${service.uts}"`);
  }
  checkNetworkMode(service, at, report);
}

function checkAddresses(service: Service, at: Path, report: Report): void {
  service.dns?.forEach((address, index) => {
    if (isIP(address) === 0) report([...at, 'dns', index], 'an IP address');
  });
  for (const [name, addresses] of Object.entries(service.extra_hosts ?? {})) {
    addresses.forEach((address, index) => {
      if (address !== 'host-gateway' && isIP(address) === 0)
        report([...at, 'extra_hosts', name, index], 'an IP address or "host-gateway"');
    });
  }
  service.expose?.forEach((port, index) => {
    if (Number.parseInt(port, 10) > 65_535) report([...at, 'expose', index], 'a port from 1 to 65535');
  });
}

/** Keys that mean nothing with a mode: the engine refuses some, and passes over the others without a word. */
const EXCLUDED = {
  none: ['networks', 'ports', 'expose', 'dns', 'dns_opt', 'dns_search'],
  host: ['networks', 'ports', 'expose'],
  service: [
    'networks',
    'ports',
    'expose',
    'hostname',
    'domainname',
    'dns',
    'dns_opt',
    'dns_search',
    'extra_hosts',
  ],
} as const satisfies Record<string, readonly (keyof Service)[]>;

function checkNetworkMode(service: Service, at: Path, report: Report): void {
  const mode = service.network_mode;
  if (mode === undefined) return;
  const kind = mode === 'none' || mode === 'host' ? mode : 'service';
  for (const key of EXCLUDED[kind]) {
    if (service[key] !== undefined) report([...at, key], `means nothing with network_mode "${mode}"`);
  }
  for (const probe of ['http', 'tcp'] as const) {
    if (kind === 'none' && service.probe?.[probe] !== undefined)
      report([...at, 'probe', probe], `means nothing with network_mode "${mode}"`);
  }
  const own = Object.keys(service.sysctls ?? {}).filter((name) => name.startsWith('net.'));
  if (kind === 'none') return;
  for (const name of own)
    report(
      [...at, 'sysctls', name],
      `the network's settings are not the service's own with network_mode "${mode}"`,
    );
}

interface TakenPort {
  readonly service: string;
  readonly hostIp: string | null;
  readonly port: string;
}

export function checkPublishedPorts(document: PresentDeployment, report: Report): void {
  const taken: TakenPort[] = [];
  for (const [service, { ports = [] }] of Object.entries(document.services)) {
    for (const [index, { host_ip: hostIp = null, published, protocol }] of ports.entries()) {
      const path: Path = ['services', service, 'ports', index, 'published'];
      if (hostIp !== null && isIP(hostIp) === 0)
        report(['services', service, 'ports', index, 'host_ip'], 'an IP address');
      if (published === undefined) continue;
      if (Number(published) > 65_535) report(path, 'a port from 1 to 65535');
      const port = `${published}/${protocol}`;
      const other = taken.find((one) => one.port === port && doAddressesMeet(one.hostIp, hostIp));
      if (other !== undefined)
        report(path, `${describePort(other)} is published by "${other.service}" already`);
      taken.push({ service, hostIp, port });
    }
  }
}

function describePort({ hostIp, port }: TakenPort): string {
  return `${hostIp ?? '0.0.0.0'}:${port}`;
}
