// `driver_opts` of volumes. The engine's `local` driver mounts shares and memory; what is a mount that a service can have
// itself becomes one, which can be changed later.
// Tested in test/lib/compose/meaning.test.ts.

import type { Conversion, Convert } from './conversion.ts';
import { isEmpty, mapOf, text } from './converters.ts';
import { type Json, type JsonObject, objectOf } from './json.ts';

/** Kept for `placeVolumes`; nothing at all says nothing. */
export const driverOptions: Convert = (field, run) => {
  const options = isEmpty(field.node) ? undefined : mapOf(text)(field, run);
  return options === undefined || Object.keys(objectOf(options)).length === 0 ? undefined : options;
};

/** The document with such mounts in the place of such volumes; what cannot be one is refused. */
export function placeVolumes(content: JsonObject, run: Conversion): JsonObject {
  let placed = content;
  for (const [name, volume] of Object.entries(objectOf(content.volumes))) {
    const { driver_opts: options } = objectOf(volume);
    if (options !== undefined) placed = placeVolume(placed, { name, options: objectOf(options), run });
  }
  return placed;
}

interface VolumeRequest {
  readonly name: string;
  readonly options: JsonObject;
  readonly run: Conversion;
}

function placeVolume(content: JsonObject, asked: VolumeRequest): JsonObject {
  const { name, run } = asked;
  const at = ['volumes', name, 'driver_opts'];
  const place = { at, offset: run.offsetOf(at) };
  const { [name]: volume, ...volumes } = objectOf(content.volumes);
  const isShared = objectOf(volume).shared !== undefined;
  const mount = isShared ? null : mountOf(asked.options, usersOf(content, name));
  if (mount !== null) {
    run.note(place, `a mount of type ${String(mount.type)} stands in for the volume`);
    return { ...content, volumes, services: withMounts(objectOf(content.services), name, mount) };
  }
  const { type } = asked.options;
  if (!MOUNTED.some((known) => known === type)) {
    const words = `${JSON.stringify(type ?? 'none')} is not carried out by Holdfast`;
    run.fault(
      place,
      `${words}; it knows ${MOUNTED.join(', ')}, and bind with an absolute path: mount it on the device itself, and bind that path`,
    );
  }
  return content;
}

/** What the engine mounts. */
const MOUNTED = ['nfs', 'nfs4', 'cifs', 'tmpfs'];

/** As `mount -t TYPE -o OPTIONS DEVICE` has them; `null` for what only the engine can mount. */
function mountOf({ type, o = '', device }: JsonObject, users: number): JsonObject | null {
  const words = String(o)
    .split(',')
    .filter((word) => word !== '');
  // A mount in memory is a service's own.
  if (type === 'tmpfs') return users > 1 ? null : tmpfsOf(words);
  const isBind = words.some((word) => word === 'bind' || word === 'rbind');
  if (isBind && typeof device === 'string' && device.startsWith('/'))
    return { type: 'bind', source: device, ...(words.includes('ro') ? { read_only: true } : {}) };
  return null;
}

function tmpfsOf(words: readonly string[]): JsonObject | null {
  const options = words.map((word) => word.split('='));
  if (options.some(([key]) => key !== 'size' && key !== 'mode')) return null;
  const tmpfs = Object.fromEntries(options.map(([key = '', value = '']) => [key, value]));
  return { type: 'tmpfs', ...(words.length === 0 ? {} : { tmpfs }) };
}

function mountsOf(service: Json): readonly JsonObject[] {
  const { volumes } = objectOf(service);
  return Array.isArray(volumes) ? volumes.map(objectOf) : [];
}

function isOf(mount: JsonObject, name: string): boolean {
  return mount.type === 'volume' && mount.source === name;
}

function usersOf({ services }: JsonObject, name: string): number {
  return Object.values(objectOf(services)).filter((service) =>
    mountsOf(service).some((mount) => isOf(mount, name)),
  ).length;
}

function withMounts(services: JsonObject, name: string, instead: JsonObject): JsonObject {
  const placed = Object.entries(services).map(([key, service]): [string, Json] => {
    const mounts = mountsOf(service);
    if (!mounts.some((mount) => isOf(mount, name))) return [key, service];
    const volumes = mounts.map((mount) => (isOf(mount, name) ? standIn(mount, instead) : mount));
    return [key, { ...objectOf(service), volumes }];
  });
  return Object.fromEntries(placed);
}

/** A mount in memory is its own, so it is never read-only on the wire. */
function standIn({ target, read_only }: JsonObject, instead: JsonObject): JsonObject {
  const isReadOnly = read_only === true && instead.type === 'bind';
  return { ...instead, ...(target === undefined ? {} : { target }), ...(isReadOnly ? { read_only } : {}) };
}
