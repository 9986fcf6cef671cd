// The file of a heartbeat: all that a container may change of what the agent mounts into it.
// Tested in test/agent/host/host-service-files.test.ts.
import { constants } from 'node:fs';
import { chmod, lstat, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Beat, HostMount } from '../ports/service-files.ts';

/** A directory that everyone may look into, and a file that everyone may touch: a container runs as any user. */
const DIRECTORY_MODE = 0o755;
const FILE_MODE = 0o666;
/** Whatever a service writes to it at each touch. It is kept in memory. */
const MAX_BYTES = 64 * 1024;

/**
 * Makes the file in a directory of ours. The directory is mounted read-only and the file over it: a container can
 * make nothing else there, neither files without number nor directories that nobody else could remove.
 */
export async function makeBeatFile(
  directory: string,
  { target, file }: { readonly target: string; readonly file: string },
): Promise<HostMount[]> {
  await chmod(directory, DIRECTORY_MODE);
  const path = join(directory, file);
  await (await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW)).close();
  await chmod(path, FILE_MODE);
  return [
    { source: directory, target, isReadOnly: true },
    { source: path, target: join(target, file), isReadOnly: false },
  ];
}

/** One that was filled is emptied at once: what it takes is the device's memory. */
export async function readBeatFile(path: string): Promise<Beat> {
  try {
    const { mtimeNs, blocks } = await lstat(path, { bigint: true });
    if (Number(blocks) * 512 <= MAX_BYTES) return { kind: 'touched', stamp: String(mtimeNs) };
    await empty(path);
    return { kind: 'filled' };
  } catch {
    return { kind: 'missing' };
  }
}

async function empty(path: string): Promise<void> {
  const handle = await open(path, constants.O_WRONLY | constants.O_NOFOLLOW);
  try {
    await handle.truncate(0);
  } finally {
    await handle.close();
  }
}
