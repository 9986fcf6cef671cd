// Instances: a service may have more than one container at a time, told apart by an index. So far each has one, of index 0.
// Whatever is remembered or made for a container is so for its instance, and found by the key.
import type { ServiceSpec } from './service-spec.ts';

export interface Instance {
  readonly service: string;
  /** From 0 on. */
  readonly index: number;
}

/** A service as one of its instances is asked to be. */
export interface InstanceSpec extends ServiceSpec {
  readonly instance: Instance;
}

/** No service has it in its name. */
const SEPARATOR = '#';
/** What stands behind it is never 0. */
const FURTHER_INDEX = /^[1-9][0-9]{0,8}$/;

/** The instances that a revision's services have. */
export function instancesOf(specs: readonly ServiceSpec[]): InstanceSpec[] {
  return specs.map((spec) => ({ ...spec, instance: firstOf(spec.name) }));
}

/** The instance that every service has. It is the one whose namespaces others join by the service's name. */
export function firstOf(service: string): Instance {
  return { service, index: 0 };
}

/** Names an instance within its deployment: `web` is the first of `web`, `web#1` the one after it. */
export function keyOf({ service, index }: Instance): string {
  return index === 0 ? service : `${service}${SEPARATOR}${index}`;
}

/** The instance that a key names; a text that is no key counts as the name of a service. */
export function instanceOf(key: string): Instance {
  const at = key.lastIndexOf(SEPARATOR);
  const index = key.slice(at + 1);
  if (at < 0 || !FURTHER_INDEX.test(index)) return firstOf(key);
  return { service: key.slice(0, at), index: Number(index) };
}

/** Whether a container was made for this instance, and as it is asked to be. */
export function isMadeFor(
  container: Instance & { readonly specHash: string },
  { instance, hash }: InstanceSpec,
): boolean {
  return container.specHash === hash && keyOf(container) === keyOf(instance);
}
