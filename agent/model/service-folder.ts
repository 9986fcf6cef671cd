// The directories of the deployment's own folder that a service binds.

import type { BindMount, Propagation } from '../../protocol/deployment/folder-checks.ts';
import type { Mount, Service } from '../../protocol/deployment/service.ts';
import { isInFolder } from '../../protocol/values/folder-path.ts';

export interface ServiceFolder {
  /** In the folder, such as `./data`. */
  readonly path: string;
  readonly target: string;
  readonly isReadOnly: boolean;
  readonly propagation: Propagation | null;
  /** Both `null` unless said. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
  readonly mode: number | null;
}

export function isOfFolder(mount: Mount): mount is BindMount {
  return mount.type === 'bind' && isInFolder(mount.source);
}

export function foldersOf({ volumes = [] }: Service): ServiceFolder[] {
  return volumes.filter(isOfFolder).map(({ source, target, read_only, bind }) => ({
    path: source,
    target,
    isReadOnly: read_only === true,
    propagation: bind?.propagation ?? null,
    owner: bind?.owner === undefined ? null : ownerIn(bind.owner),
    mode: bind?.mode === undefined ? null : Number.parseInt(bind.mode, 8),
  }));
}

function ownerIn(written: string): { uid: number; gid: number } {
  const [uid, gid = 0] = written.split(':').map(Number);
  return { uid: uid ?? 0, gid };
}
