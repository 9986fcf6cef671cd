// `ports`: Compose's short form `[IP:]HOST:CONTAINER[/PROTOCOL]` with ranges, or the long form.
// Tested in test/lib/compose/meaning.test.ts.

import type { Convert, Field } from './conversion.ts';
import { filled, flatListOf, number, scalarText, shape, text } from './converters.ts';
import { type Json, objectOf } from './json.ts';
import { ignored, only } from './passing.ts';

/** `127.0.0.1:`, `[::1]:`, `:` or nothing; the host's ports, or none; the container's ports; the protocol. */
const SHORT_PORT =
  /^(?:(?:\[([0-9A-Fa-f:.]+)\]|(\d+\.\d+\.\d+\.\d+)|):)?(?:(\d+(?:-\d+)?)?(:))?(\d+(?:-\d+)?)(?:\/([A-Za-z]+))?$/;
const MAX_RANGE = 512;

const protocol: Convert = (field, run) => {
  const written = text(field, run);
  if (typeof written !== 'string') return written;
  const name = written.toLowerCase();
  return name === 'tcp' || name === 'udp' ? name : run.fault(field, noProtocol(written));
};

function noProtocol(written: string): string {
  return `"${written}" is not carried out by Holdfast; it knows tcp and udp`;
}

const longPort = shape({
  target: number,
  published: text,
  host_ip: filled,
  protocol,
  mode: only(['ingress', 'host'], 'both are the same outside a cluster'),
  name: ignored('nothing reads it'),
  app_protocol: ignored('nothing reads it'),
});

const toPorts = flatListOf((field, run) => {
  if (field.node.kind === 'scalar') {
    const short = shortPorts(scalarText(field.node));
    if (typeof short !== 'string') return short;
    run.fault(field, short);
    return [];
  }
  return longPorts(field, longPort(field, run), run);
});

/** Each once: Compose passes over what is said again. */
export const ports: Convert = (field, run) => {
  const all = toPorts(field, run);
  if (!Array.isArray(all)) return all;
  const kept = new Map<string, { port: Json; index: number }>();
  all.forEach((port, index) => {
    const { target, published, host_ip = '0.0.0.0', protocol = 'tcp' } = objectOf(port);
    const key = JSON.stringify([target, published, host_ip, protocol]);
    if (!kept.has(key)) kept.set(key, { port, index });
  });
  const origins = [...kept.values()].map(({ index }) => run.originOf([...field.at, index]));
  for (const [index, origin] of origins.entries()) run.land([...field.at, index], origin);
  return [...kept.values()].map(({ port }) => port);
};

/** None, an empty one and 0 leave the host's port to the engine. A range would be a choice of one. */
function longPorts(field: Field, long: Json | undefined, run: Parameters<Convert>[1]): Json[] {
  if (long === undefined) return [];
  const { published, ...port } = objectOf(long);
  if (published === undefined || isLeftToEngine(String(published))) return [port];
  if (!/^\d+-\d+$/.test(String(published))) return [long];
  const at = [...field.at, 'published'];
  run.fault({ at, offset: run.offsetOf(at) }, choiceOf(String(published), 'leave it out'));
  return [];
}

function isLeftToEngine(published: string): boolean {
  return published === '' || published === '0';
}

function choiceOf(range: string, otherwise: string): string {
  const [first] = range.split('-');
  return `"${range}" is a choice of host ports, which is not carried out by Holdfast; write one, such as "${first}", or ${otherwise}: the engine then gives a free one at each start, and the status tells it`;
}

interface Range {
  readonly first: number;
  readonly count: number;
}

/** The long forms, or what is wrong with the short one. */
function shortPorts(written: string): Json[] | string {
  const match = SHORT_PORT.exec(written);
  if (match === null) return `"${written}" is no port; write "8080:80", "127.0.0.1:8080:80" or "8080:80/udp"`;
  const [, ip6, ip4, host, colon, container = '', name] = match;
  const ip = ip6 ?? ip4;
  const kind = name?.toLowerCase();
  if (kind !== undefined && kind !== 'tcp' && kind !== 'udp') return noProtocol(name ?? '');
  if (ip !== undefined && colon === undefined) return oneOf(written, container);
  const isGiven = host === undefined || isLeftToEngine(host);
  const problem = checkRanges(written, isGiven ? container : host, container);
  if (problem !== null) return problem;
  const target = parseRange(container);
  const published = parseRange(host ?? '');
  return Array.from({ length: target.count }, (_, step) => ({
    target: target.first + step,
    ...(isGiven ? {} : { published: String(published.first + step) }),
    ...(ip === undefined ? {} : { host_ip: ip }),
    ...(kind === undefined ? {} : { protocol: kind }),
  }));
}

/** To Compose it is no port either. */
function oneOf(written: string, container: string): string {
  const address = written.slice(0, written.lastIndexOf(':'));
  const port = `:${container}`;
  return `"${written}" names one port beside an address; write both, such as "${address}${port}${port}", or "${address}:${port}" for a host port that the engine gives`;
}

function checkRanges(written: string, host: string, container: string): string | null {
  const published = parseRange(host);
  const target = parseRange(container);
  if (published.count < 1 || target.count < 1) return `"${written}" has a range that runs backwards`;
  if (target.count === 1 && published.count > 1) return choiceOf(host, `"${container}" alone`);
  if (published.count > MAX_RANGE) return `"${written}" is a range of more than ${MAX_RANGE} ports`;
  if (published.count !== target.count) {
    return `"${written}" has ${published.count} host ports for ${target.count} of the container; both must be as many`;
  }
  return null;
}

function parseRange(range: string): Range {
  const [first = '', last = first] = range.split('-');
  return { first: Number(first), count: Number(last) - Number(first) + 1 };
}
