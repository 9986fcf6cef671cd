// `ports`: Compose's short form `[IP:]HOST:CONTAINER[/PROTOCOL]` with ranges, or the long form.
import { type Convert, type Field, type Json, objectOf } from './conversion.ts';
import { flatListOf, number, scalarText, shape, text } from './converters.ts';
import { ignored, only } from './passing.ts';

/** `127.0.0.1:`, `[::1]:`, `:` or nothing; the host's ports; the container's ports; the protocol. */
const SHORT_PORT =
  /^(?:(?:\[([0-9A-Fa-f:.]+)\]|(\d+\.\d+\.\d+\.\d+)|):)?(?:(\d+(?:-\d+)?)?:)?(\d+(?:-\d+)?)(?:\/([A-Za-z]+))?$/;
const MAX_RANGE = 256;

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
  host_ip: text,
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

/** In the long form too a range may be published, for a choice of one that a device cannot make. */
function longPorts(field: Field, long: Json | undefined, run: Parameters<Convert>[1]): Json[] {
  if (long === undefined) return [];
  const { target, published } = objectOf(long);
  if (typeof target === 'number' && published === undefined) {
    run.excuse([...field.at, 'published']);
    run.fault(field, noHostPort(`${target}`, `published: "${portAbove(target)}"`));
    return [];
  }
  return [long];
}

interface Range {
  readonly first: number;
  readonly count: number;
}

/** The long forms, or what is wrong with the short one. */
function shortPorts(written: string): Json[] | string {
  const match = SHORT_PORT.exec(written);
  if (match === null) return `"${written}" is no port; write "8080:80", "127.0.0.1:8080:80" or "8080:80/udp"`;
  const [, ip6, ip4, host, container = '', name] = match;
  const ip = ip6 ?? ip4;
  const kind = name?.toLowerCase();
  if (kind !== undefined && kind !== 'tcp' && kind !== 'udp') return noProtocol(name ?? '');
  if (host === undefined) {
    const before = ip6 === undefined ? (ip4 ?? '') : `[${ip6}]`;
    const port = portAbove(Number.parseInt(container, 10));
    const advice = `${before === '' ? '' : `${before}:`}${port}:${container}${kind === undefined ? '' : `/${kind}`}`;
    return noHostPort(written, `"${advice}"`);
  }
  const problem = checkRanges(written, host, container);
  if (problem !== null) return problem;
  const published = parseRange(host);
  const target = parseRange(container);
  return Array.from({ length: published.count }, (_, step) => ({
    target: target.first + step,
    published: String(published.first + step),
    ...(ip === undefined ? {} : { host_ip: ip }),
    ...(kind === undefined ? {} : { protocol: kind }),
  }));
}

function noHostPort(written: string, advice: string): string {
  return `"${written}" names no host port, so it would change with every start; write ${advice}`;
}

/** One that needs no privileges and looks like the container's own. */
function portAbove(port: number): number {
  return port < 1024 ? 8000 + port : port;
}

function checkRanges(written: string, host: string, container: string): string | null {
  const published = parseRange(host);
  const target = parseRange(container);
  if (published.count < 1 || target.count < 1) return `"${written}" has a range that runs backwards`;
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
