// Labels and names of what the agent makes. Nothing that lacks them is removed; whose a container is, the record says.
// Tested in test/agent/docker/observe.test.ts.
import { sharedKey, sharedName } from '../model/resources.ts';

export const LABELS = {
  deployment: 'io.holdfast.deployment',
  /** With the key of the instance, which is the service's name where it has one: an image cannot smuggle in an index. */
  service: 'io.holdfast.service',
  revision: 'io.holdfast.revision',
  spec: 'io.holdfast.spec',
  network: 'io.holdfast.network',
  volume: 'io.holdfast.volume',
  /** On what the agent made for several deployments, with its name. */
  shared: 'io.holdfast.shared',
} as const;

/** Of the names of what belongs to one deployment. */
export const OWN_PREFIX = 'holdfast_';

/** The engine's name of a deployment's network or volume, by its key. */
export function engineName(deployment: string, key: string): string {
  return sharedName(key) ?? `${OWN_PREFIX}${deployment}_${key}`;
}

export function networkLabels(deployment: string, key: string): Record<string, string> {
  return labelsOf(deployment, key, LABELS.network);
}

export function volumeLabels(deployment: string, key: string): Record<string, string> {
  return labelsOf(deployment, key, LABELS.volume);
}

function labelsOf(deployment: string, key: string, own: string): Record<string, string> {
  const shared = sharedName(key);
  return shared === null ? { [LABELS.deployment]: deployment, [own]: key } : { [LABELS.shared]: shared };
}

/** From the engine's name of a network to the deployment's key for it, also where there is none. */
export function keyOfName(deployment: string, name: string): string {
  const own = engineName(deployment, '');
  return name.startsWith(own) ? name.slice(own.length) : sharedKey(name);
}

/** The key that a deployment knows a network or volume of the engine by; `null` of another deployment's own. */
export function keyOf(
  deployment: string,
  { name, labels, own }: { name: string; labels: Readonly<Record<string, string>>; own: string },
): string | null {
  const owner = labels[LABELS.deployment];
  if (owner === undefined) return sharedKey(name);
  return owner === deployment ? (labels[own] ?? null) : null;
}
