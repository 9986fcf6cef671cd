// The directories of the deployment's own folder that a service binds.

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

/** Whether mounts that are made later on one side are seen on the other: mount_namespaces(7). */
export type Propagation = 'private' | 'rprivate' | 'shared' | 'rshared' | 'slave' | 'rslave';
