// The hash of a service: made of the document as it was sent, so that it stays as it was in agents before.
import type { PresentDeployment } from '../../../protocol/deployment/deployment.ts';
import type { Service } from '../../../protocol/deployment/service.ts';
import { joinedServices } from '../../../protocol/deployment/service-namespaces.ts';
import { contentHash } from '../../../protocol/values/canonical-json.ts';
import type { ServiceFile } from '../service-file.ts';
import { filesOf } from './files.ts';

/** The network that a deployment's services share when they name none, as in Compose. */
const DEFAULT_NETWORK = 'default';

/** A service in another's namespaces follows it: what makes that one's container anew makes this one's anew too. */
export function hashOf(document: PresentDeployment, service: Service, files: readonly ServiceFile[]): string {
  const part = { ...immutablePart(service, files), ...resourcesOf(document, service) };
  // No ring: a joined service is depended on, and rings of those are refused.
  const joined = joinedServices(service).flatMap((name) => {
    const host = document.services[name];
    return host === undefined ? [] : [[name, hashOf(document, host, filesOf(document, host))] as const];
  });
  return contentHash(joined.length === 0 ? part : { ...part, joined: Object.fromEntries(joined) });
}

/**
 * All keys but those that the agent alone acts on, and those that change on a living container. What a service
 * does not ask for leaves no trace, so that its hash stays as it was in an agent that did not know the key.
 */
function immutablePart(service: Service, files: readonly ServiceFile[]): object {
  const { probe, depends_on: _dependsOn, restart: _restart, pull_policy: _pull, deploy, ...rest } = service;
  const reservations = deploy?.resources?.reservations;
  const heartbeat = probe?.heartbeat;
  return {
    ...rest,
    ...(reservations === undefined ? {} : { reservations }),
    ...(files.length === 0 ? {} : { contents: files.map(({ content }) => contentHash(content)) }),
    // Of the probe, what is mounted alone is the container's.
    ...(heartbeat === undefined ? {} : { heartbeat: [heartbeat.target, heartbeat.file] }),
  };
}

/** What networks and volumes ask beyond their names: a change of it needs a new container, and so a proof. */
function resourcesOf(document: PresentDeployment, service: Service): object {
  const networks = Object.keys(askedNetworks(service)).filter((name) => !isPlain(document.networks[name]));
  const volumes = [...new Set(volumeNames(service))].filter((name) => !isPlain(document.volumes[name]));
  return {
    ...(networks.length === 0 ? {} : { asked_networks: pick(document.networks, networks) }),
    ...(volumes.length === 0 ? {} : { asked_volumes: pick(document.volumes, volumes) }),
  };
}

function isPlain(asked: object | undefined): boolean {
  return Object.values(asked ?? {}).every((value) => value === undefined || value === false);
}

function pick<T>(from: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T | undefined> {
  return Object.fromEntries(names.map((name) => [name, from[name]]));
}

/** None where it has its network from elsewhere. */
export function askedNetworks(service: Service): NonNullable<Service['networks']> {
  return service.network_mode === undefined ? (service.networks ?? { [DEFAULT_NETWORK]: {} }) : {};
}

/** Of the volumes that it mounts, in the order of its mounts. */
export function volumeNames({ volumes = [] }: Service): string[] {
  return volumes.flatMap((mount) => (mount.type === 'volume' ? [mount.source] : []));
}
