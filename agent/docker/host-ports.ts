// Ports of the host that lead to a container: those that it was made to have, and those that it has.
import type Docker from 'dockerode';
import type { BoundPort, HostPort } from '../model/observed.ts';

/** `null` stands where a port is exposed and not published. */
type Bindings = Readonly<Record<string, readonly Binding[] | null>>;

interface Binding {
  readonly HostIp?: string;
  readonly HostPort?: string;
}

/** Fixed ones as it was made, so that they are known of one that is stopped or about to start again too. */
export function hostPortsOf(host: Docker.HostConfig, bound: readonly BoundPort[]): HostPort[] {
  const asked: Bindings = host.PortBindings ?? {};
  return Object.entries(asked).flatMap(([key, bindings]) => {
    const { target, protocol } = portIn(key);
    const given = bound.filter((one) => one.target === target && one.protocol === protocol);
    return (bindings ?? []).flatMap(({ HostIp, HostPort }) =>
      isGiven(HostPort)
        ? given.map(({ hostIp, published }) => ({ hostIp, port: `${published}/${protocol}` }))
        : [{ hostIp: addressIn(HostIp), port: `${HostPort}/${protocol}` }],
    );
  });
}

/** Whether the engine chooses it. */
function isGiven(port: string | undefined): boolean {
  return port === undefined || port === '' || port === '0';
}

/** In an order that does not change from one look to the next. */
export function boundPortsOf(shown: Bindings | null | undefined): BoundPort[] {
  const bound = Object.entries(shown ?? {}).flatMap(([key, bindings]) =>
    (bindings ?? []).map(({ HostIp = '', HostPort = '0' }) => ({
      ...portIn(key),
      hostIp: HostIp,
      published: Number(HostPort),
    })),
  );
  return bound
    .filter(({ published }) => published > 0)
    .flatMap((port) => inAllAddresses(port, bound))
    .toSorted(byPort);
}

/** The engine shows a port of all addresses once for each of their two kinds. */
function inAllAddresses(port: Shown, all: readonly Shown[]): BoundPort[] {
  if (port.hostIp === '') return [{ ...port, hostIp: null }];
  if (!ANY.includes(port.hostIp)) return [port];
  const isWhole = ANY.every((hostIp) => all.some((other) => isSame(other, { ...port, hostIp })));
  if (!isWhole) return [port];
  return port.hostIp === ANY[0] ? [{ ...port, hostIp: null }] : [];
}

type Shown = BoundPort & { readonly hostIp: string };
const ANY: readonly string[] = ['0.0.0.0', '::'];

function isSame(one: BoundPort, other: BoundPort): boolean {
  return byPort(one, other) === 0;
}

function byPort(one: BoundPort, other: BoundPort): number {
  return (
    one.target - other.target ||
    one.published - other.published ||
    `${one.protocol} ${one.hostIp}`.localeCompare(`${other.protocol} ${other.hostIp}`, 'en')
  );
}

function portIn(key: string): Pick<BoundPort, 'target' | 'protocol'> {
  const [target, protocol] = key.split('/');
  return { target: Number(target), protocol: protocol === 'udp' ? 'udp' : 'tcp' };
}

function addressIn(ip: string | undefined): string | null {
  return ip === undefined || ip === '' ? null : ip;
}
