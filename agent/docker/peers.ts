// Containers whose namespaces another joins (`service:NAME`): the engine knows containers only, by their ids.
import type Docker from 'dockerode';
import { hostsOf } from '../../protocol/service-namespaces.ts';
import type { ServiceSpec } from '../reconcile/service-spec.ts';
import type { StepOutcome } from '../reconcile/steps.ts';
import { LABELS } from './labels.ts';

/** The running container of each service whose namespaces are joined. */
export type Peers = ReadonlyMap<string, string>;

export type PeersFound =
  | { readonly ok: true; readonly peers: Peers }
  | (StepOutcome & { readonly ok: false });

/** Looks up the containers that `spec` joins; of several that run, that of the newest revision. */
export async function findPeers(docker: Docker, deployment: string, spec: ServiceSpec): Promise<PeersFound> {
  const peers = new Map<string, string>();
  for (const service of hostsOf(spec.service)) {
    const label = [`${LABELS.deployment}=${deployment}`, `${LABELS.service}=${service}`];
    const running = await docker.listContainers({ filters: { label, status: ['running'] } });
    const [newest] = running.toSorted((one, other) => revisionOf(other) - revisionOf(one));
    if (newest === undefined) {
      const message = `no container of "${service}" runs, and "${spec.name}" lives in its namespace`;
      return { ok: false, code: 'peer_not_running', message };
    }
    peers.set(service, newest.Id);
  }
  return { ok: true, peers };
}

function revisionOf({ Labels }: Docker.ContainerInfo): number {
  return Number(Labels[LABELS.revision] ?? 0);
}

/** A mode of the engine's; it refuses a name that no container has, so that a missing peer cannot go unseen. */
export function joinContainer(service: string, peers: Peers): string {
  return `container:${peers.get(service) ?? service}`;
}
