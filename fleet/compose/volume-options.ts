// `driver_opts` of volumes: what the engine's `local` driver makes of them is a mount that a service can have itself.
import { type Conversion, type Convert, type Json, type JsonObject, objectOf } from './conversion.ts';
import { isEmpty, mapOf, text } from './converters.ts';

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

interface Asked {
  readonly name: string;
  readonly options: JsonObject;
  readonly run: Conversion;
}

function placeVolume(content: JsonObject, asked: Asked): JsonObject {
  const { name, run } = asked;
  const at = ['volumes', name, 'driver_opts'];
  const place = { at, offset: run.offsetOf(at) };
  const { [name]: _, ...volumes } = objectOf(content.volumes);
  const mount = mountOf(asked.options);
  const users = usersOf(content, name);
  if (typeof mount === 'string') run.fault(place, mount);
  else if (mount.type === 'tmpfs' && users > 1) run.fault(place, SHARED);
  if (typeof mount === 'string') return { ...content, volumes: { ...volumes, [name]: {} } };
  run.note(place, `a mount of type ${String(mount.type)} stands in for the volume`);
  return { ...content, volumes, services: withMounts(objectOf(content.services), name, mount) };
}

const SHARED =
  'a volume in memory that several services share is not carried out by Holdfast; use a volume with no driver_opts';

/** As `mount -t TYPE -o OPTIONS DEVICE` has them. */
function mountOf({ type, o = '', device }: JsonObject): JsonObject | string {
  const words = String(o)
    .split(',')
    .filter((word) => word !== '');
  if (type === 'tmpfs') return tmpfsOf(words);
  const isBind = words.some((word) => word === 'bind' || word === 'rbind');
  if (isBind && typeof device === 'string' && device.startsWith('/'))
    return { type: 'bind', source: device, ...(words.includes('ro') ? { read_only: true } : {}) };
  return `${JSON.stringify(type ?? 'none')} is not carried out by Holdfast; it knows tmpfs, and bind with an absolute path: mount it on the device itself, and bind that path`;
}

function tmpfsOf(words: readonly string[]): JsonObject | string {
  const options = words.map((word) => word.split('='));
  const unknown = options.find(([key]) => key !== 'size' && key !== 'mode');
  if (unknown !== undefined)
    return `the option "${unknown[0]}" is not carried out by Holdfast; of a volume in memory it knows size and mode`;
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
