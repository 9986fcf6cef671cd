// Which container carries an instance of a service: told by labels, never by name.
import { firstOf, type InstanceSpec, isMadeFor, keyOf } from '../../model/instance.ts';
import type { ObservedContainer } from '../../model/observed.ts';
import type { ServiceSpec } from '../../model/service-spec.ts';

/** By the key of the instance. */
export type Carriers = ReadonlyMap<string, ObservedContainer>;

/**
 * The container that carries each instance; one that has none is left out. Of several
 * that fit, those in `first` come first, then a running one, then the newest revision's.
 */
export function findCarriers(
  containers: readonly ObservedContainer[],
  specs: readonly InstanceSpec[],
  first: readonly string[] = [],
): Carriers {
  const isFirst = ({ id }: ObservedContainer): number => Number(first.includes(id));
  const carriers = new Map<string, ObservedContainer>();
  for (const spec of joinedFirst(specs)) {
    const fits = containers.filter((container) => doesFit(container, spec, carriers));
    const [best] = fits.toSorted(
      (a, b) =>
        isFirst(b) - isFirst(a) || rank(b) - rank(a) || b.revision - a.revision || a.id.localeCompare(b.id),
    );
    if (best !== undefined) carriers.set(keyOf(spec.instance), best);
  }
  return carriers;
}

/** Which container fits a service depends on the containers of those whose namespaces it joins. */
function joinedFirst(specs: readonly InstanceSpec[]): readonly InstanceSpec[] {
  const ordered = new Set<InstanceSpec>();
  const add = (spec: InstanceSpec): void => {
    for (const other of specs) if (spec.joins.includes(other.name)) add(other);
    ordered.add(spec);
  };
  for (const spec of specs) add(spec);
  return [...ordered];
}

/**
 * Whether a container can do what a spec asks. The engine changes a memory or cpu limit on a living container,
 * but cannot take one away, nor move it to another container's namespaces: that needs a new container.
 */
function doesFit(container: ObservedContainer, spec: InstanceSpec, carriers: Carriers): boolean {
  const { settings } = container;
  const isTooTight =
    (spec.settings.memoryBytes === 0 && settings.memoryBytes > 0) ||
    (spec.settings.nanoCpus === 0 && settings.nanoCpus > 0);
  if (!isMadeFor(container, spec) || isTooTight || container.state === 'removing') return false;
  const joined = spec.joins.map((service) => joinedFor(service, carriers)?.id);
  return joined.every((id) => id !== undefined && container.joins.includes(id));
}

/** Whose namespaces `service:NAME` joins: a namespace is one container's, so those of the service's first instance. */
export function joinedFor(service: string, carriers: Carriers): ObservedContainer | undefined {
  return carriers.get(keyOf(firstOf(service)));
}

function rank(container: ObservedContainer): number {
  if (isUp(container)) return 2;
  return container.state === 'dead' ? 0 : 1;
}

/** A network that a container should be in and is not; `null` when it is in all. */
export function missingNetwork(spec: ServiceSpec, container: ObservedContainer): string | null {
  return Object.keys(spec.networks).find((network) => !container.networks.includes(network)) ?? null;
}

/** Whether it holds its ports and its memory, or is about to again. */
export function isUp(container: ObservedContainer): boolean {
  return container.state === 'running' || container.state === 'restarting' || container.state === 'paused';
}
