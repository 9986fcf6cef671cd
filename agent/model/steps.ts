// Steps: the smallest things done to the engine. Every one is safe to run twice.
import type { PresentDeployment } from '../../protocol/deployment/deployment.ts';
import { formatPath } from '../../protocol/faults.ts';
import type { Observed, ObservedContainer } from './observed.ts';
import { type NetworkSpec, networksOf, sharedName, type VolumeSpec, volumesOf } from './resources.ts';
import type { ServiceSpec } from './service-spec.ts';

export type Step =
  | { readonly kind: 'create_network'; readonly network: string; readonly asked: NetworkSpec }
  | { readonly kind: 'create_volume'; readonly volume: string; readonly asked: VolumeSpec }
  | {
      readonly kind: 'create_container';
      readonly spec: ServiceSpec;
      /** Stored before: whoever bears it is the one that this step made. */
      readonly name: string;
      /** By service, the containers whose namespaces it joins: the engine knows those by id alone. */
      readonly peers: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'start_container'; readonly spec: ServiceSpec; readonly container: string }
  | ({ readonly kind: 'unpause_container' } & ContainerRef)
  | ({ readonly kind: 'stop_container' } & Ending & ContainerRef)
  | {
      readonly kind: 'join_network';
      readonly spec: ServiceSpec;
      readonly container: string;
      readonly network: string;
    }
  | ({
      readonly kind: 'restart_container';
      readonly spec: ServiceSpec;
      readonly container: string;
    } & Ending)
  | { readonly kind: 'update_container'; readonly spec: ServiceSpec; readonly container: string }
  | ({ readonly kind: 'remove_container' } & ContainerRef)
  | ({ readonly kind: 'read_last_logs' } & ContainerRef)
  | { readonly kind: 'remove_network'; readonly network: string }
  /** Of a shared one, which goes with it if it is ours and nobody is in it any more. */
  | { readonly kind: 'leave_network'; readonly network: string }
  | { readonly kind: 'remove_volume'; readonly volume: string }
  /** A path in the deployment's folder. */
  | { readonly kind: 'remove_folder'; readonly folder: string };

/** What ends a run. */
interface Ending {
  /** How long the engine may take until the kill. It keeps the container's own grace, whatever is asked by now. */
  readonly graceMs: number;
}

/** A container of ours, which may carry no service any more. */
interface ContainerRef {
  readonly service: string;
  readonly container: string;
}

export function stopStep({ service, id, stopGraceMs }: ObservedContainer): Step {
  return { kind: 'stop_container', service, container: id, graceMs: stopGraceMs };
}

/** The service that a step concerns; `null` for networks, volumes and folders. */
export function serviceOf(step: Step): string | null {
  if ('spec' in step) return step.spec.name;
  return 'service' in step ? step.service : null;
}

/** What a reason says that a step concerns: `services.web`, `networks.default`. */
export function pathOf(step: Step): string {
  const service = serviceOf(step);
  if (service !== null) return `services.${service}`;
  if ('network' in step) return `networks.${nameOf(step.network, step)}`;
  if ('folder' in step) return formatPath(['folders', step.folder]);
  return 'volume' in step ? `volumes.${nameOf(step.volume, step)}` : '';
}

/** By the document, where there is one: what is removed is named by none. */
function nameOf(key: string, step: Step): string {
  return 'asked' in step ? step.asked.name : (sharedName(key) ?? key);
}

export type StepOutcome =
  | { readonly ok: true; readonly lines?: readonly string[]; readonly container?: string }
  | { readonly ok: false; readonly code: string; readonly message: string; readonly hint?: string };

/** Networks and volumes that must be there before a container of `document` can be. */
export function missingResources(
  document: PresentDeployment,
  networks: readonly string[],
  observed: Pick<Observed, 'networks' | 'volumes'>,
): Step[] {
  const ofNetworks = networksOf(document, networks)
    .filter(({ key }) => !observed.networks.has(key))
    .map((asked): Step => ({ kind: 'create_network', network: asked.key, asked }));
  const ofVolumes = volumesOf(document)
    .filter(({ key }) => !observed.volumes.has(key))
    .map((asked): Step => ({ kind: 'create_volume', volume: asked.key, asked }));
  return [...ofNetworks, ...ofVolumes];
}
