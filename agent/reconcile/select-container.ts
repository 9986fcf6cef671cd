// Which container carries a service: told by labels, never by name.
import type { ObservedContainer } from './observed.ts';
import type { ServiceSpec } from './service-spec.ts';

/** The best container for a spec, of those that fit it: a running one first, then the newest revision. */
export function findCarrier(
  containers: readonly ObservedContainer[],
  spec: ServiceSpec,
): ObservedContainer | null {
  const fits = containers.filter((container) => container.state !== 'removing' && doesFit(container, spec));
  return (
    fits.toSorted((a, b) => rank(b) - rank(a) || b.revision - a.revision || a.id.localeCompare(b.id))[0] ??
    null
  );
}

/**
 * Whether a container can do what a spec asks. The engine changes a memory or cpu limit on a living container,
 * but cannot take one away: that needs a new container.
 */
function doesFit(container: ObservedContainer, spec: ServiceSpec): boolean {
  const { settings } = container;
  const isTooTight =
    (spec.settings.memoryBytes === 0 && settings.memoryBytes > 0) ||
    (spec.settings.nanoCpus === 0 && settings.nanoCpus > 0);
  return container.service === spec.name && container.spec === spec.hash && !isTooTight;
}

function rank(container: ObservedContainer): number {
  if (isUp(container)) return 2;
  return container.state === 'dead' ? 0 : 1;
}

/** Whether it holds its ports and its memory, or is about to again. */
export function isUp(container: ObservedContainer): boolean {
  return container.state === 'running' || container.state === 'restarting' || container.state === 'paused';
}
