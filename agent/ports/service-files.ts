// What the agent wants of the host's file system for services: their configs and secrets, and heartbeats.
import type { Instance, InstanceSpec } from '../model/instance.ts';
import type { Propagation } from '../model/service-folder.ts';
import type { StepOutcome } from '../model/steps.ts';

/** A path of the host that a container finds at `target`. */
export interface HostMount {
  readonly source: string;
  readonly target: string;
  readonly isReadOnly: boolean;
  /** As the engine has it, where it is not to be its default. */
  readonly propagation?: Propagation;
}

export type FilesReady =
  | { readonly ok: true; readonly mounts: readonly HostMount[] }
  | (StepOutcome & { readonly ok: false });

/** Whose files they are: an instance, and the hash of what its service asks, as its container carries them. */
export interface FilesOwner extends Instance {
  readonly specHash: string;
}

export interface ServiceFiles {
  /** Writes what a container of `spec` finds mounted, where it is not there as asked. Safe to repeat. */
  prepare(deployment: string, spec: InstanceSpec): Promise<FilesReady>;
  /** Removes what belongs to none of `owners`, all that the deployment has containers of. Never rejects. */
  collect(deployment: string, owners: readonly FilesOwner[]): Promise<void>;
}

/** A look at the file of a heartbeat. `stamp` tells when it was touched last, and means nothing but what it is equal to. */
export type Beat =
  | { readonly kind: 'touched'; readonly stamp: string }
  | { readonly kind: 'missing' }
  /** It was filled, and has been emptied. */
  | { readonly kind: 'filled' };

/** Never rejects. */
export type BeatReader = (deployment: string, owner: FilesOwner, file: string) => Promise<Beat>;
