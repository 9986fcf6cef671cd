/** One process at a time sets a part of the rig up: the demo and the tests may start together. */
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runDir } from './cache.ts';

const POLL_MS = 100;
const UNSIGNED_MS = 10_000;

/** Waits for whoever holds `name`; a holder that died is passed over. Not re-entrant. */
export async function withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  const lock = path.join(runDir(), `${name}.lock`);
  while (!take(lock)) await delay(POLL_MS);
  try {
    return await work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

// mkdir is the one step that exactly one of two processes wins; the pid file inside says who.
function take(lock: string): boolean {
  try {
    mkdirSync(lock);
    writeFileSync(path.join(lock, 'pid'), String(process.pid));
    return true;
  } catch {
    if (isAbandoned(lock)) rmSync(lock, { recursive: true, force: true });
    return false;
  }
}

function isAbandoned(lock: string): boolean {
  const holder = read(path.join(lock, 'pid'));
  if (holder === undefined) {
    // Between its mkdir and its pid file, unless that was long ago.
    const madeAt = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
    return madeAt !== undefined && Date.now() - madeAt > UNSIGNED_MS;
  }
  try {
    process.kill(Number(holder), 0);
    return false;
  } catch {
    return true;
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8') || undefined;
  } catch {
    return undefined;
  }
}
