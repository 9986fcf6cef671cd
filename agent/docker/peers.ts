// Containers whose namespaces another joins (`service:NAME`): the engine knows containers only, by their ids.

/** The container of each service whose namespaces are joined. */
export type Peers = Readonly<Record<string, string>>;

/** A mode of the engine's; it refuses a name that no container has, so that a missing peer cannot go unseen. */
export function joinContainer(service: string, peers: Peers): string {
  return `container:${peers[service] ?? service}`;
}
