// One file of a service, written whole or not at all.
// Tested in test/agent/host/host-service-files.test.ts.
import { type FileHandle, lstat, open, rename, rm } from 'node:fs/promises';
import type { ServiceFile } from '../model/service-file.ts';
import { isMissing, isNotPermitted } from './file-error.ts';

const OTHERS_READ = 0o004;

/** Writes `file` at `path` where it is not there as asked. A container that has the old one mounted keeps that. */
export async function writeServiceFile(path: string, file: ServiceFile): Promise<void> {
  if (await isAsAsked(path, file)) return;
  const draft = `${path}.new`;
  // What a crash left may be another user's by now, and could not be opened.
  await rm(draft, { force: true });
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(file.content);
    await handle.chmod(file.mode);
    await giveAway(handle, file);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, path);
}

/** By size alone: the path names the content by its hash, and a file is renamed to it when it is complete. */
async function isAsAsked(path: string, { content, mode, uid, gid }: ServiceFile): Promise<boolean> {
  try {
    const stats = await lstat(path);
    const isOwned = (stats.uid === uid && stats.gid === gid) || (mode & OTHERS_READ) !== 0;
    return isOwned && stats.size === Buffer.byteLength(content) && (stats.mode & 0o777) === mode;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** An agent that may give nothing away (it runs by hand, as no root) still serves a file that everyone may read. */
async function giveAway(handle: FileHandle, { uid, gid, mode }: ServiceFile): Promise<void> {
  try {
    await handle.chown(uid, gid);
  } catch (error) {
    if (!isNotPermitted(error) || (mode & OTHERS_READ) === 0) throw error;
  }
}
