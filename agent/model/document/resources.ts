// Networks and volumes of a document, by the keys that everything else knows them by.
// Tested in test/agent/model/document/conversion.test.ts.
import type { PresentDeployment } from '../../../protocol/deployment/deployment.ts';
import { contentHash } from '../../../protocol/values/canonical-json.ts';
import { type NetworkSpec, type Pool, sharedKey, type VolumeSpec } from '../resources.ts';

type AskedPool = NonNullable<PresentDeployment['networks'][string]['ipam']>['config'][number];

/** All that the document names, and `default`, which each deployment has without declaring it. */
export function networksOf(document: PresentDeployment): NetworkSpec[] {
  const names = new Set([...Object.keys(document.networks), 'default']);
  return [...names].map((name) => networkOf(document, name));
}

export function networkOf(document: PresentDeployment, name: string): NetworkSpec {
  const { internal, shared, ipam } = document.networks[name] ?? {};
  const asked = ipam?.config[0] ?? null;
  const pool = asked === null ? null : poolOf(asked);
  if (shared !== undefined) return { name, key: sharedKey(shared), isInternal: internal ?? null, pool };
  return { name, key: ownKey(name, internal === true, asked), isInternal: internal === true, pool };
}

/**
 * The engine changes no network that is there, and the containers that are kept for a rollback need theirs as it is. So
 * one with other settings is another network, and the old one goes with the last that was in it.
 */
function ownKey(name: string, isInternal: boolean, pool: AskedPool | null): string {
  if (!isInternal && pool === null) return name;
  const settings = { ...(isInternal ? { internal: true } : {}), ...(pool === null ? {} : { pool }) };
  return `${name}-${contentHash(settings).slice('sha256:'.length, 'sha256:'.length + 8)}`;
}

function poolOf({ subnet, gateway, ip_range: range }: AskedPool): Pool {
  return { subnet, gateway: gateway ?? null, range: range ?? null };
}

export function volumesOf(document: PresentDeployment): VolumeSpec[] {
  return Object.keys(document.volumes).map((name) => volumeOf(document, name));
}

export function volumeOf(document: PresentDeployment, name: string): VolumeSpec {
  const { shared, driver_opts: asked } = document.volumes[name] ?? {};
  const key = shared === undefined ? name : sharedKey(shared);
  if (asked === undefined) return { name, key, options: shared === undefined ? {} : null };
  const { type, o, device = type } = asked;
  return { name, key, options: { type, device, ...(o === undefined ? {} : { o }) } };
}
