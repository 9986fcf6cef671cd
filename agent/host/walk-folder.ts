// The way down to a path in a deployment's folder.
import { join } from 'node:path';
import { partsOf } from '../../protocol/folder-path.ts';
import { systemErrorCode } from '../lib/system-error.ts';
import { type Directory, nameOf } from './directory.ts';
import { LinkInFolder } from './file-error.ts';

/** Where something is in the folders of all deployments. */
export interface FolderPlace {
  /** Of all deployments; no container can reach it. */
  readonly root: string;
  readonly deployment: string;
  /** `./data`; `./` for the whole folder. */
  readonly path: string;
}

export function hostPathOf({ root, deployment, path }: FolderPlace): string {
  return join(root, deployment, ...partsOf(path));
}

/** The names from the root down. */
export function namesTo({ deployment, path }: FolderPlace): readonly [string, ...string[]] {
  return [deployment, ...partsOf(path).map(nameOf)];
}

/** Throws where a name is a link. `null` where nothing is there that can be entered. */
export async function enter(directory: Directory, name: string): Promise<Directory | null> {
  try {
    return await directory.enter(name);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT') return null;
    if (code === 'ENOTDIR' && (await directory.lstat(name)).isSymbolicLink())
      throw new LinkInFolder('a symbolic link is on the way, and is not followed');
    throw error;
  }
}

/** The user that the agent itself is. */
export function ownUser(): { uid: number; gid: number } {
  return { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
}

/**
 * Does something in a directory, which may belong to the user of a service, and be closed to all others. The agent may
 * do nothing there that its user may not (it has CAP_CHOWN alone): then the directory is its own for that moment.
 */
export async function inDirectory<T>(directory: Directory, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const { uid, gid, mode } = await directory.stat();
    if (systemErrorCode(error) !== 'EACCES' || uid === ownUser().uid) throw error;
    await takeOver(directory);
    try {
      return await act();
    } finally {
      // Bits that give the rights of another user are not for the agent to give, and systemd lets it not.
      if ((mode & OWNERS) !== OWNERS) await directory.chmod(mode & 0o1777);
      await directory.chown(uid, gid);
    }
  }
}

const OWNERS = 0o700;

/** Makes it the agent's own, to do with as it likes. */
export async function takeOver(directory: Directory): Promise<void> {
  const { uid, gid, mode } = await directory.stat();
  if (uid !== ownUser().uid) await directory.chown(ownUser().uid, gid);
  if ((mode & OWNERS) !== OWNERS) await directory.chmod((mode & 0o1777) | OWNERS);
}
