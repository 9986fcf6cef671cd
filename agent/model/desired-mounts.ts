// What a service finds in its file system besides its image, its files (`service-file.ts`) and the directories of the
// deployment's folder (`service-folder.ts`).
import type { Propagation } from './service-folder.ts';

export interface DesiredMounts {
  readonly mounts: readonly Mount[];
  /** Temporary file systems with options as the engine's `--tmpfs` takes them. */
  readonly tmpfs: readonly { readonly target: string; readonly options: string }[];
}

export type Mount = VolumeMount | BindMount | TmpfsMount;

export interface VolumeMount {
  readonly kind: 'volume';
  /** By the document's name. */
  readonly source: string;
  readonly target: string;
  readonly isReadOnly: boolean;
  /** A new volume starts empty, also where the image has files at `target`. */
  readonly startsEmpty: boolean;
  /** A directory in the volume; `null` for all of it. */
  readonly subpath: string | null;
}

/** A path of the device. */
export interface BindMount {
  readonly kind: 'bind';
  readonly source: string;
  readonly target: string;
  readonly isReadOnly: boolean;
  readonly propagation: Propagation | null;
  /** Whether the engine makes a directory where there is nothing. */
  readonly createsHostPath: boolean;
}

export interface TmpfsMount {
  readonly kind: 'tmpfs';
  readonly target: string;
  /** `null` where nothing is said of it; in it, 0 leaves the kernel's default. */
  readonly options: { readonly sizeBytes: number; readonly mode: number } | null;
}
