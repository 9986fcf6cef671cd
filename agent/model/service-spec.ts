// What a service asks of its container, and the hash that tells whether a container still is what was asked.
// Tested in test/agent/reconcile/golden-plans.test.ts.
import type { DesiredService } from './desired-service.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { MutableSettings } from './observed.ts';
import type { VolumeSpec } from './resources.ts';
import type { ServiceFile } from './service-file.ts';

/** One service of one revision, ready to be compared with what runs and to be created. */
export interface ServiceSpec {
  readonly name: string;
  readonly revision: number;
  readonly service: DesiredService;
  /** Hash of all that needs a new container when it changes. */
  readonly hash: string;
  readonly settings: MutableSettings;
  /** Networks by key: see `resources.ts`. */
  readonly networks: Readonly<Record<string, Attachment>>;
  /** Volumes that it mounts, by the document's name. */
  readonly volumes: Readonly<Record<string, VolumeSpec>>;
  readonly files: readonly ServiceFile[];
  /** Services whose namespaces it joins. */
  readonly joins: readonly string[];
  readonly lifecycle: Lifecycle;
}

/** How a service is in a network. */
export interface Attachment {
  /** Under which others find it there. */
  readonly aliases: readonly string[];
  /** The one that it asks for. */
  readonly address: string | null;
}

/** Networks that the services of a document use, by key. */
export function networksUsed(specs: readonly ServiceSpec[]): string[] {
  return [...new Set(specs.flatMap((spec) => Object.keys(spec.networks)))];
}
