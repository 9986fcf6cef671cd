// What a container finds in its file system, as the create call takes it.
import type Docker from 'dockerode';
import type { BindMount } from '../../protocol/deployment/folder-checks.ts';
import type { Mount } from '../../protocol/deployment/service.ts';
import { parseByteSize } from '../../protocol/values/byte-size.ts';
import type { VolumeSpec } from '../model/resources.ts';
import { isOfFolder } from '../model/service-folder.ts';
import type { ServiceSpec } from '../model/service-spec.ts';
import type { HostMount } from '../ports/service-files.ts';
import { engineName, volumeLabels } from './labels.ts';

/** Mounts, temporary file systems, and binds whose host path the engine is to make; `own` are the agent's. */
export function mountsOf(
  deployment: string,
  { service, volumes }: ServiceSpec,
  own: readonly HostMount[],
): Pick<Docker.HostConfig, 'Mounts' | 'Binds' | 'Tmpfs'> {
  // What is in the deployment's folder is among the agent's own.
  const mounts = (service.volumes ?? []).filter((mount): boolean => !isOfFolder(mount));
  const binds = mounts.filter(asksForHostPath).map(bindLine);
  const { tmpfs = [] } = service;
  return {
    Mounts: [
      ...mounts
        .filter((mount) => !asksForHostPath(mount))
        .map((mount) => mountOptions(mount, { deployment, volumes })),
      // Never as `Binds`: in place of a file that is missing the engine would make a directory.
      ...own.map(ownMount),
    ],
    ...(binds.length === 0 ? {} : { Binds: binds }),
    ...(tmpfs.length === 0 ? {} : { Tmpfs: Object.fromEntries(tmpfs.map(tmpfsEntry)) }),
  };
}

function ownMount({ source, target, isReadOnly, propagation }: HostMount): EngineMount {
  return {
    ...{ Type: 'bind', Source: source, Target: target, ReadOnly: isReadOnly },
    ...(propagation === undefined ? {} : { BindOptions: { Propagation: propagation } }),
  };
}

/** In `Mounts` a missing path is an error, and only engines from API 1.42 on can be told otherwise there. */
function asksForHostPath(mount: Mount): mount is BindMount {
  return mount.type === 'bind' && mount.bind?.create_host_path === true;
}

function bindLine({ source, target, read_only, bind }: BindMount): string {
  const options = [
    read_only === true ? 'ro' : 'rw',
    ...(bind?.propagation === undefined ? [] : [bind.propagation]),
  ];
  return `${source}:${target}:${options.join(',')}`;
}

function tmpfsEntry(written: string): [string, string] {
  const [target = '', options = ''] = written.split(':');
  return [target, options];
}

type EngineMount = Docker.MountConfig[number];

interface Volumes {
  readonly deployment: string;
  readonly volumes: Readonly<Record<string, VolumeSpec>>;
}

function mountOptions(mount: Mount, of: Volumes): EngineMount {
  switch (mount.type) {
    case 'volume':
      return volumeMount(mount, of);
    case 'bind':
      return {
        ...{ Type: 'bind', Source: mount.source, Target: mount.target, ReadOnly: mount.read_only ?? false },
        ...(mount.bind?.propagation === undefined
          ? {}
          : { BindOptions: { Propagation: mount.bind.propagation } }),
      };
    case 'tmpfs':
      return { Type: 'tmpfs', Source: '', Target: mount.target, ...tmpfsOptions(mount.tmpfs) };
  }
}

function volumeMount(
  mount: Extract<Mount, { type: 'volume' }>,
  { deployment, volumes }: Volumes,
): EngineMount {
  const { key = mount.source, options } = volumes[mount.source] ?? {};
  return {
    Type: 'volume',
    Source: engineName(deployment, key),
    Target: mount.target,
    ReadOnly: mount.read_only ?? false,
    // Where somebody removed the volume a moment ago, the engine makes it itself, and it must be ours.
    VolumeOptions: {
      NoCopy: mount.volume?.nocopy ?? false,
      Labels: volumeLabels(deployment, key),
      DriverConfig: { Name: 'local', Options: { ...options } },
      ...(mount.volume?.subpath === undefined ? {} : { Subpath: mount.volume.subpath }),
    },
  };
}

/** 0 leaves the kernel's default, which for the mode is 1777. */
function tmpfsOptions(tmpfs: Extract<Mount, { type: 'tmpfs' }>['tmpfs']): Pick<EngineMount, 'TmpfsOptions'> {
  if (tmpfs === undefined) return {};
  return {
    TmpfsOptions: {
      SizeBytes: tmpfs.size === undefined ? 0 : (parseByteSize(tmpfs.size) ?? 0),
      Mode: tmpfs.mode === undefined ? 0 : Number.parseInt(tmpfs.mode, 8),
    },
  };
}
