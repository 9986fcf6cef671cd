// One way to write what may be written in several: sizes, durations, and what goes without saying.
import { parseByteSize } from '../../../protocol/values/byte-size.ts';
import { parseDurationMs } from '../../../protocol/values/duration.ts';

type Plain = Readonly<Record<string, unknown>>;

/** A document in which two that ask the same are equal. */
export function normalise(content: Plain): Plain {
  const { services, volumes, networks, ...rest } = content;
  const plain = mapValues(objectOf(services), (service) => normaliseService(objectOf(service)));
  const used = JSON.stringify(plain);
  // Compose's output has no other volumes and networks than those that somebody uses.
  const kept = (all: unknown) =>
    Object.fromEntries(
      Object.entries(objectOf(all)).filter(([name]) => name !== 'default' && used.includes(`"${name}"`)),
    );
  return { ...rest, services: plain, volumes: kept(volumes), networks: kept(networks) };
}

const SIZES = new Set(['memory', 'shm_size', 'size']);
const DURATIONS = new Set(['interval', 'timeout', 'start_period', 'start_interval', 'stop_grace_period']);

function normaliseService(service: Plain): Plain {
  const { networks, ports, volumes, ...rest } = service;
  const isDefault = JSON.stringify(networks) === '{"default":{}}';
  const plain = {
    ...rest,
    ...(networks === undefined || isDefault ? {} : { networks }),
    ...(ports === undefined
      ? {}
      : { ports: listOf(ports).map((port) => ({ protocol: 'tcp', ...objectOf(port) })) }),
    ...(volumes === undefined
      ? {}
      : { volumes: listOf(volumes).map((mount) => normaliseMount(objectOf(mount))) }),
  };
  return objectOf(normaliseValues(plain, ''));
}

/** Compose's short form makes the path of a bind; a device tells that it is not there: see docs/compose.md. */
function normaliseMount({ bind, volume, ...mount }: Plain): Plain {
  const { create_host_path: _, ...options } = objectOf(bind);
  return { ...mount, bind: options, volume: objectOf(volume) };
}

function normaliseValues(value: unknown, key: string): unknown {
  if (typeof value === 'string' && SIZES.has(key)) return parseByteSize(value);
  if (typeof value === 'string' && DURATIONS.has(key)) return parseDurationMs(value);
  if (typeof value === 'string' && key === 'cpus') return Number(value);
  if (Array.isArray(value)) return value.map((item) => normaliseValues(item, ''));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, item]) => [name, normaliseValues(item, name)] as const);
  return Object.fromEntries(entries.filter(([name, item]) => !saysNothing(name, item)));
}

/** What is switched off is as good as left out, but for what a device switches on by itself. */
function saysNothing(name: string, value: unknown): boolean {
  if (value === false) return name !== 'init';
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject && Object.keys(value).length === 0 && name !== 'default' && name !== 'net';
}

function mapValues(map: Plain, change: (value: unknown) => unknown): Plain {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}

function objectOf(value: unknown): Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object(value) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
