// Networks and volumes that a document names, and which of the engine's they are. Everything else knows them by a key:
// a deployment's own by their names in it, those that it shares with others by the engine's name.

import type { PresentDeployment } from '../../protocol/deployment/deployment.ts';
import { SHARED_PREFIX } from '../../protocol/deployment/networks-and-volumes.ts';
import { contentHash } from '../../protocol/values/canonical-json.ts';
import type { NetworkFacts, Observed, VolumeFacts } from './observed.ts';
import type { Reason } from './reason.ts';

export interface NetworkSpec {
  /** As the document calls it. */
  readonly name: string;
  readonly key: string;
  /** `null` where nothing is asked: of a shared one whatever is there will do. */
  readonly isInternal: boolean | null;
  readonly pool: Pool | null;
}

export type Pool = NonNullable<PresentDeployment['networks'][string]['ipam']>['config'][number];

export interface VolumeSpec {
  readonly name: string;
  readonly key: string;
  /** As the engine's `local` driver takes them; `null` where nothing is asked of a shared one. */
  readonly options: Readonly<Record<string, string>> | null;
}

/** The engine's name of what is shared; `null` of a deployment's own. */
export function sharedName(key: string): string | null {
  return key.startsWith(SHARED_PREFIX) ? key.slice(SHARED_PREFIX.length) : null;
}

export function sharedKey(name: string): string {
  return `${SHARED_PREFIX}${name}`;
}

export function networkOf(document: PresentDeployment, name: string): NetworkSpec {
  const { internal, shared, ipam } = document.networks[name] ?? {};
  const pool = ipam?.config[0] ?? null;
  if (shared !== undefined) return { name, key: sharedKey(shared), isInternal: internal ?? null, pool };
  return { name, key: ownKey(name, internal === true, pool), isInternal: internal === true, pool };
}

/**
 * The engine changes no network that is there, and the containers that are kept for a rollback need theirs as it is. So
 * one with other settings is another network, and the old one goes with the last that was in it.
 */
function ownKey(name: string, isInternal: boolean, pool: Pool | null): string {
  if (!isInternal && pool === null) return name;
  const settings = { ...(isInternal ? { internal: true } : {}), ...(pool === null ? {} : { pool }) };
  return `${name}-${contentHash(settings).slice('sha256:'.length, 'sha256:'.length + 8)}`;
}

export function volumeOf(document: PresentDeployment, name: string): VolumeSpec {
  const { shared, driver_opts: asked } = document.volumes[name] ?? {};
  const key = shared === undefined ? name : sharedKey(shared);
  if (asked === undefined) return { name, key, options: shared === undefined ? {} : null };
  const { type, o, device = type } = asked;
  return { name, key, options: { type, device, ...(o === undefined ? {} : { o }) } };
}

/**
 * What is there otherwise than asked, and cannot be changed: a volume holds data, and a shared network is that of
 * others too. Options are not quoted: one may be a password.
 */
export function differences(
  document: PresentDeployment,
  keys: readonly string[],
  { networks, volumes }: Pick<Observed, 'networks' | 'volumes'>,
): Reason[] {
  const ofNetworks = networksOf(document, keys).flatMap((asked) =>
    networkDifference(asked, networks.get(asked.key)),
  );
  const ofVolumes = volumesOf(document).flatMap((asked) => volumeDifference(asked, volumes.get(asked.key)));
  return [...ofNetworks, ...ofVolumes];
}

/** Networks of the document with these keys. */
export function networksOf(document: PresentDeployment, keys: readonly string[]): NetworkSpec[] {
  // Each deployment has `default` without declaring it.
  const names = new Set([...Object.keys(document.networks), 'default']);
  return [...names].map((name) => networkOf(document, name)).filter(({ key }) => keys.includes(key));
}

export function volumesOf(document: PresentDeployment): VolumeSpec[] {
  return Object.keys(document.volumes).map((name) => volumeOf(document, name));
}

function networkDifference(
  { name, key, isInternal, pool }: NetworkSpec,
  there: NetworkFacts | undefined,
): Reason[] {
  const shared = sharedName(key);
  // A deployment's own is as its key says.
  if (shared === null || there === undefined) return [];
  const isOther = isInternal !== null && isInternal !== there.isInternal;
  const isElsewhere = pool !== null && !there.subnets.includes(pool.subnet);
  if (!isOther && !isElsewhere) return [];
  const subnets = there.subnets.join(', ') || 'no subnet';
  return [
    {
      code: 'network_differs',
      path: `networks.${name}`,
      message: `network "${shared}" is there already, ${there.isInternal ? 'internal' : 'not internal'}, with ${subnets}`,
      hint: 'who made it first decided: ask for the same, or for nothing; or remove it once nothing is in it',
    },
  ];
}

/** All that are asked: an engine may show more. */
const OPTIONS = ['device', 'o', 'type'];

function volumeDifference({ name, options }: VolumeSpec, there: VolumeFacts | undefined): Reason[] {
  if (there === undefined || options === null) return [];
  const other = OPTIONS.filter((word) => options[word] !== there.options[word]);
  if (other.length === 0) return [];
  return [
    {
      code: 'volume_differs',
      path: `volumes.${name}`,
      message: `the volume is there already, with other driver_opts: ${other.join(', ')}`,
      hint: 'options of a volume cannot be changed, and no data is deleted: give it another name, or save what is in it and remove it (docker volume rm)',
    },
  ];
}
