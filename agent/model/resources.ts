// Networks and volumes that a document names, and which of the engine's they are. Everything else knows them by a key:
// a deployment's own by their names in it, those that it shares with others by the engine's name.

import { SHARED_PREFIX } from '../../protocol/values/names.ts';
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

/** Whose addresses the engine gives. */
export interface Pool {
  readonly subnet: string;
  /** `null`: the engine chooses it. */
  readonly gateway: string | null;
  /** Where addresses are given from that no service asks for; `null` for all of the subnet. */
  readonly range: string | null;
}

export interface VolumeSpec {
  readonly name: string;
  readonly key: string;
  /** As the engine's `local` driver takes them; `null` where nothing is asked of a shared one. */
  readonly options: Readonly<Record<string, string>> | null;
}

/** Of one document. */
export interface AskedResources {
  /** All that it names, and `default`. */
  readonly networks: readonly NetworkSpec[];
  readonly volumes: readonly VolumeSpec[];
}

/** The engine's name of what is shared; `null` of a deployment's own. */
export function sharedName(key: string): string | null {
  return key.startsWith(SHARED_PREFIX) ? key.slice(SHARED_PREFIX.length) : null;
}

export function sharedKey(name: string): string {
  return `${SHARED_PREFIX}${name}`;
}

/**
 * What is there otherwise than asked, and cannot be changed: a volume holds data, and a shared network is that of
 * others too. Options are not quoted: one may be a password.
 */
export function differences(
  asked: AskedResources,
  keys: readonly string[],
  { networks, volumes }: Pick<Observed, 'networks' | 'volumes'>,
): Reason[] {
  const ofNetworks = networksOf(asked, keys).flatMap((network) =>
    networkDifference(network, networks.get(network.key)),
  );
  const ofVolumes = asked.volumes.flatMap((volume) => volumeDifference(volume, volumes.get(volume.key)));
  return [...ofNetworks, ...ofVolumes];
}

/** Networks of the document with these keys. */
export function networksOf(
  { networks }: Pick<AskedResources, 'networks'>,
  keys: readonly string[],
): NetworkSpec[] {
  return networks.filter(({ key }) => keys.includes(key));
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
