// Mounts of a document, as values: those of the engine, and those of the deployment's folder, which the agent makes.
// Tested in test/agent/model/document/conversion.test.ts.
import type { Mount as AskedMount, Service } from '../../../protocol/deployment/service.ts';
import { isInFolder } from '../../../protocol/values/folder-path.ts';
import type { DesiredMounts, Mount, TmpfsMount } from '../desired-mounts.ts';
import type { ServiceFolder } from '../service-folder.ts';
import { bytesIn, fileMode, wholeNumber } from './values.ts';

type AskedBind = Extract<AskedMount, { type: 'bind' }>;
type AskedTmpfs = Extract<AskedMount, { type: 'tmpfs' }>;

/** What is in the deployment's folder is left out. Throws `NoValue`. */
export function mountsOf({ volumes = [], tmpfs = [] }: Service): DesiredMounts {
  return {
    mounts: volumes.filter((mount): boolean => !isOfFolder(mount)).map(mountOf),
    tmpfs: tmpfs.map((written) => {
      const [target = '', options = ''] = written.split(':');
      return { target, options };
    }),
  };
}

/** Throws `NoValue`. */
export function foldersOf({ volumes = [] }: Service): ServiceFolder[] {
  return volumes.filter(isOfFolder).map(({ source, target, read_only, bind }) => ({
    path: source,
    target,
    isReadOnly: read_only === true,
    propagation: bind?.propagation ?? null,
    owner: bind?.owner === undefined ? null : ownerIn(bind.owner),
    mode: bind?.mode === undefined ? null : fileMode(bind.mode),
  }));
}

function isOfFolder(mount: AskedMount): mount is AskedBind {
  return mount.type === 'bind' && isInFolder(mount.source);
}

/** `UID` or `UID:GID`. */
function ownerIn(written: string): { uid: number; gid: number } {
  const [uid = '', gid = '0'] = written.split(':');
  return { uid: wholeNumber(uid), gid: wholeNumber(gid) };
}

function mountOf(mount: AskedMount): Mount {
  switch (mount.type) {
    case 'volume':
      return {
        kind: 'volume',
        source: mount.source,
        target: mount.target,
        isReadOnly: mount.read_only ?? false,
        startsEmpty: mount.volume?.nocopy ?? false,
        subpath: mount.volume?.subpath ?? null,
      };
    case 'bind':
      return {
        kind: 'bind',
        source: mount.source,
        target: mount.target,
        isReadOnly: mount.read_only ?? false,
        propagation: mount.bind?.propagation ?? null,
        createsHostPath: mount.bind?.create_host_path === true,
      };
    case 'tmpfs':
      return { kind: 'tmpfs', target: mount.target, options: tmpfsOptions(mount.tmpfs) };
  }
}

const KERNEL_DEFAULT = 0;

function tmpfsOptions(asked: AskedTmpfs['tmpfs']): TmpfsMount['options'] {
  if (asked === undefined) return null;
  return {
    sizeBytes: bytesIn(asked.size) ?? KERNEL_DEFAULT,
    mode: asked.mode === undefined ? KERNEL_DEFAULT : fileMode(asked.mode),
  };
}
