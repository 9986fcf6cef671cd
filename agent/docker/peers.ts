// Containers whose namespaces another joins (`service:NAME`): the engine knows containers only, by their ids.
// Tested in test/agent/docker/container-options.test.ts.
import type { Namespace } from '../model/desired-networking.ts';

/** The container of each service whose namespaces are joined. */
export type Peers = Readonly<Record<string, string>>;

/** A mode of the engine's; it refuses a name that no container has, so that a missing peer cannot go unseen. */
export function modeOf(namespace: Namespace, peers: Peers): string {
  if (namespace.kind === 'mode') return namespace.mode;
  return `container:${peers[namespace.service] ?? namespace.service}`;
}
