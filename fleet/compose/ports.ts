// `ports`: Compose's short form `[IP:]HOST:CONTAINER[/PROTOCOL]` with ranges, or the long form.
import type { Conversion, Convert, Field, Json } from './conversion.ts';
import { describe, isEmpty, number, scalarText, shape, text } from './converters.ts';

/** `127.0.0.1:`, `[::1]:` or nothing; the host's ports; the container's ports; the protocol. */
const SHORT_PORT =
  /^(?:(?:\[([0-9A-Fa-f:.]+)\]|(\d+\.\d+\.\d+\.\d+)):)?(?:(\d+(?:-\d+)?)?:)?(\d+(?:-\d+)?)(?:\/([a-z]+))?$/;
const MAX_RANGE = 256;

const longPort = shape(
  { target: number, published: text, host_ip: text, protocol: text },
  {
    mode: 'ports are always published on the device itself',
    name: 'leave it out',
    app_protocol: 'leave it out',
  },
);

export const ports: Convert = (field, run) => {
  if (isEmpty(field.node)) return undefined;
  if (field.node.kind !== 'list') return run.fault(field, `expected a list, got ${describe(field.node)}`);
  const published: Json[] = [];
  for (const node of field.node.items) {
    const at = [...field.at, published.length];
    const item: Field = { node, at, offset: node.offset };
    run.place(at, node.offset);
    if (node.kind === 'scalar') published.push(...shortPorts(item, scalarText(node), published.length, run));
    else published.push(...[longPort(item, run)].filter((port) => port !== undefined));
  }
  return published;
};

interface Range {
  readonly first: number;
  readonly count: number;
}

function shortPorts(item: Field, written: string, index: number, run: Conversion): Json[] {
  const match = SHORT_PORT.exec(written);
  if (match === null) {
    run.fault(item, `"${written}" is no port; write "8080:80", "127.0.0.1:8080:80" or "8080:80/udp"`);
    return [];
  }
  const [, ip6, ip4, host, container = '', protocol] = match;
  const problem = checkShort(written, host, container);
  if (problem !== null || host === undefined) {
    run.fault(item, problem ?? 'no host port');
    return [];
  }
  const published = parseRange(host);
  const target = parseRange(container);
  const ip = ip6 ?? ip4;
  return Array.from({ length: published.count }, (_, step) => {
    run.place([...item.at.slice(0, -1), index + step], item.offset);
    return {
      target: target.first + step,
      published: String(published.first + step),
      ...(ip === undefined ? {} : { host_ip: ip }),
      ...(protocol === undefined ? {} : { protocol }),
    };
  });
}

function checkShort(written: string, host: string | undefined, container: string): string | null {
  if (host === undefined) {
    return `"${written}" names no host port, so it would change with every start; write "8080:${container}"`;
  }
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
