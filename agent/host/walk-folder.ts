// The way down to a path in a deployment's folder.
// Tested in test/agent/host/host-folders.test.ts.
import { join } from 'node:path';
import { systemErrorCode } from '../../lib/failures/system-error.ts';
import { partsOf } from '../../protocol/values/folder-path.ts';
import { type Belonging, type Directory, nameOf } from './directory.ts';
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
    const before = await directory.stat();
    if (systemErrorCode(error) !== 'EACCES' || before.uid === ownUser().uid) throw error;
    await takeOver(directory);
    try {
      return await act();
    } finally {
      directory.give(before);
    }
  }
}

const OWNERS = 0o700;
const SET_IDS = 0o6000;
/** The sticky bit, which means nothing for what the agent itself has: a crash came while it had it. */
const UNFINISHED = 0o1000;

/** Makes it the agent's own, to do with as it likes, and marks it. */
export async function takeOver(directory: Directory): Promise<void> {
  const { uid, gid, mode } = await directory.stat();
  if (uid !== ownUser().uid) await directory.chown(ownUser().uid, gid);
  // Bits that give the rights of another user could not be given back: systemd lets nobody set them.
  const isKept = (mode & SET_IDS) !== 0 && (mode & OWNERS) === OWNERS;
  if (!isKept) await directory.chmod((mode & 0o777) | OWNERS | UNFINISHED);
}

/**
 * Whether it was on the way to something, or a crash came before it was given away, or back. By its owner alone that
 * cannot be told: the user of a service may have the agent's own number.
 */
export function isUnfinished({ uid, mode }: Belonging): boolean {
  return uid === ownUser().uid && (mode & UNFINISHED) !== 0;
}
