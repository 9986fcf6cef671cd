// What a container finds in its file system, as the create call takes it.
// Tested in test/agent/docker/container-options.test.ts.
import type Docker from 'dockerode';
import type { BindMount, Mount, TmpfsMount, VolumeMount } from '../model/desired-mounts.ts';
import type { VolumeSpec } from '../model/resources.ts';
import type { ServiceSpec } from '../model/service-spec.ts';
import type { HostMount } from '../ports/service-files.ts';
import { engineName, volumeLabels } from './labels.ts';

/** Mounts, temporary file systems, and binds whose host path the engine is to make; `own` are the agent's. */
export function mountsOf(
  deployment: string,
  { service: { mounts, tmpfs }, volumes }: ServiceSpec,
  own: readonly HostMount[],
): Pick<Docker.HostConfig, 'Mounts' | 'Binds' | 'Tmpfs'> {
  const binds = mounts.filter(asksForHostPath).map(bindLine);
  return {
    Mounts: [
      ...mounts
        .filter((mount) => !asksForHostPath(mount))
        .map((mount) => mountOptions(mount, { deployment, volumes })),
      // Never as `Binds`: in place of a file that is missing the engine would make a directory.
      ...own.map(ownMount),
    ],
    ...(binds.length === 0 ? {} : { Binds: binds }),
    ...(tmpfs.length === 0
      ? {}
      : { Tmpfs: Object.fromEntries(tmpfs.map(({ target, options }) => [target, options])) }),
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
  return mount.kind === 'bind' && mount.createsHostPath;
}

function bindLine({ source, target, isReadOnly, propagation }: BindMount): string {
  const options = [isReadOnly ? 'ro' : 'rw', ...(propagation === null ? [] : [propagation])];
  return `${source}:${target}:${options.join(',')}`;
}

type EngineMount = Docker.MountConfig[number];

interface Volumes {
  readonly deployment: string;
  readonly volumes: Readonly<Record<string, VolumeSpec>>;
}

function mountOptions(mount: Mount, of: Volumes): EngineMount {
  switch (mount.kind) {
    case 'volume':
      return volumeMount(mount, of);
    case 'bind':
      return {
        ...{ Type: 'bind', Source: mount.source, Target: mount.target, ReadOnly: mount.isReadOnly },
        ...(mount.propagation === null ? {} : { BindOptions: { Propagation: mount.propagation } }),
      };
    case 'tmpfs':
      return { Type: 'tmpfs', Source: '', Target: mount.target, ...tmpfsOptions(mount) };
  }
}

function volumeMount(mount: VolumeMount, { deployment, volumes }: Volumes): EngineMount {
  const { key = mount.source, options } = volumes[mount.source] ?? {};
  return {
    Type: 'volume',
    Source: engineName(deployment, key),
    Target: mount.target,
    ReadOnly: mount.isReadOnly,
    // Where somebody removed the volume a moment ago, the engine makes it itself, and it must be ours.
    VolumeOptions: {
      NoCopy: mount.startsEmpty,
      Labels: volumeLabels(deployment, key),
      DriverConfig: { Name: 'local', Options: { ...options } },
      ...(mount.subpath === null ? {} : { Subpath: mount.subpath }),
    },
  };
}

function tmpfsOptions({ options }: TmpfsMount): Pick<EngineMount, 'TmpfsOptions'> {
  if (options === null) return {};
  return { TmpfsOptions: { SizeBytes: options.sizeBytes, Mode: options.mode } };
}
