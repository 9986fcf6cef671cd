// Deletes what a removal names of a deployment's folder. Its directories belong to whichever users the services ran as.
// Tested in test/agent/host/host-folders.test.ts.
import { randomUUID } from 'node:crypto';
import { rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemErrorCode } from '../../lib/failures/system-error.ts';
import { Directory } from './directory.ts';
import { isMissing } from './file-error.ts';
import { enter, type FolderPlace, inDirectory, namesTo, takeOver } from './walk-folder.ts';

/** Whether all of it is gone; else `isTimeUp` said that it was enough for now. Safe to repeat, also after a crash. */
export async function removeFolder(place: FolderPlace, isTimeUp: () => boolean): Promise<boolean> {
  const above = await holdAbove(place);
  if (above === null) return true;
  try {
    return await inDirectory(above, () => removeFrom(above, lastName(place), isTimeUp));
  } finally {
    await above.close();
  }
}

/** The folder of a deployment once nothing is in it. */
export async function removeIfEmpty({ root, deployment }: Omit<FolderPlace, 'path'>): Promise<void> {
  await rmdir(join(root, deployment)).catch(() => undefined);
}

/** Whether something is there. What cannot be looked at is, and its removal tells why. */
export async function isThere(place: FolderPlace): Promise<boolean> {
  try {
    const above = await holdAbove(place);
    if (above === null) return false;
    try {
      await inDirectory(above, () => above.lstat(lastName(place)));
    } finally {
      await above.close();
    }
    return true;
  } catch (error) {
    // Below a file there is nothing.
    return !isMissing(error) && systemErrorCode(error) !== 'ENOTDIR';
  }
}

function lastName(place: FolderPlace): string {
  return namesTo(place).at(-1) ?? '';
}

/** The directory that a path is in; `null` where there is none. */
async function holdAbove(place: FolderPlace): Promise<Directory | null> {
  let directory = await Directory.at(place.root).catch((error: unknown) => {
    if (isMissing(error)) return null;
    throw error;
  });
  for (const name of namesTo(place).slice(0, -1)) {
    if (directory === null) return null;
    const outer = directory;
    try {
      directory = await inDirectory(outer, () => enter(outer, name));
    } finally {
      await outer.close();
    }
  }
  return directory;
}

async function removeFrom(above: Directory, name: string, isTimeUp: () => boolean): Promise<boolean> {
  if (await unlinked(above, name)) return true;
  const directory = await above.enter(name);
  try {
    await takeOver(directory);
    if (!(await empty(directory, isTimeUp))) return false;
  } finally {
    await directory.close();
  }
  await above.rmdir(name);
  return true;
}

/**
 * What lies deeper is moved up into `top` and emptied there, so that no depth is too deep: a service can nest
 * directories without number.
 */
async function empty(top: Directory, isTimeUp: () => boolean): Promise<boolean> {
  for (let isEmpty = false; !isEmpty; ) {
    isEmpty = true;
    for await (const name of top.names()) {
      if (isTimeUp()) return false;
      isEmpty = false;
      if (await unlinked(top, name)) continue;
      if (!(await flatten(top, name, isTimeUp))) return false;
    }
  }
  return true;
}

async function flatten(top: Directory, name: string, isTimeUp: () => boolean): Promise<boolean> {
  const directory = await top.enter(name);
  try {
    await takeOver(directory);
    for await (const inner of directory.names()) {
      if (isTimeUp()) return false;
      if (!(await unlinked(directory, inner))) await moveUp(directory, inner, top);
    }
  } finally {
    await directory.close();
  }
  await top.rmdir(name).catch((error: unknown) => {
    // The list of a directory that changes may leave something out: the next time round it is there.
    if (systemErrorCode(error) !== 'ENOTEMPTY') throw error;
  });
  return true;
}

/** Whoever moves a directory to another one must be able to write in it. */
async function moveUp(from: Directory, name: string, top: Directory): Promise<void> {
  const directory = await from.enter(name);
  try {
    await takeOver(directory);
  } finally {
    await directory.close();
  }
  await from.move(name, top, randomUUID());
}

/** Files and links go at once; for a directory it is false. */
async function unlinked(directory: Directory, name: string): Promise<boolean> {
  try {
    await directory.unlink(name);
    return true;
  } catch (error) {
    if (isMissing(error)) return true;
    if (systemErrorCode(error) === 'EISDIR') return false;
    throw error;
  }
}
