/**
 * Where the rig keeps things: what is costly to make (images, the private engine's data) in a cache folder
 * that survives, what belongs to running processes (sockets, pid files) in a short run folder.
 */
import { createHash } from 'node:crypto';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';

/** `HOLDFAST_CACHE`, else `$XDG_CACHE_HOME/holdfast`, else `~/.cache/holdfast`; made when missing. */
export function cacheDir(...parts: readonly string[]): string {
  const base =
    process.env.HOLDFAST_CACHE ||
    path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'holdfast');
  return ensureDir(path.join(path.resolve(base), ...parts));
}

/**
 * A folder for sockets and pid files, one per cache folder. It is short, because a Unix socket's path may have
 * 107 bytes at most, and it is gone after a reboot, as are the processes that its pid files name.
 */
export function runDir(...parts: readonly string[]): string {
  const name = `holdfast-rig-${shortHash(cacheDir())}`;
  return ensureDir(path.join(isWritable('/run') ? '/run' : tmpdir(), name, ...parts));
}

export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

function ensureDir(dir: string): string {
  mkdirSync(dir, { recursive: true });
  return dir;
}

function isWritable(dir: string): boolean {
  try {
    accessSync(dir, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
