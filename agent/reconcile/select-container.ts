// Which container carries a service: told by labels, never by name.
import type { ObservedContainer } from './observed.ts';

/** The best container of a service with exactly this spec: a running one first, then the newest revision. */
export function findCarrier(
  containers: readonly ObservedContainer[],
  service: string,
  spec: string,
): ObservedContainer | null {
  const fits = containers.filter(
    (container) => container.service === service && container.spec === spec && container.state !== 'removing',
  );
  return (
    fits.toSorted((a, b) => rank(b) - rank(a) || b.revision - a.revision || a.id.localeCompare(b.id))[0] ??
    null
  );
}

function rank(container: ObservedContainer): number {
  if (isUp(container)) return 2;
  return container.state === 'dead' ? 0 : 1;
}

/** Whether it holds its ports and its memory, or is about to again. */
export function isUp(container: ObservedContainer): boolean {
  return container.state === 'running' || container.state === 'restarting' || container.state === 'paused';
}
