// The directory with Python's start-up hook, which containers have mounted: see
// docs/decisions/0017-dump-of-a-hanging-python.md.
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeSystemError } from '../../lib/failures/system-error.ts';
import type { Logger } from '../../lib/program/logger.ts';
import { START_HOOK } from '../python/hook.ts';

/** For the users of all containers, whatever the umask is. */
const OPEN = 0o755;
const READABLE = 0o644;

/**
 * Writes it where it is not there as it should be; returns its path. It lies in the data directory, as an engine that starts
 * its containers before the agent must find it. Where it cannot be written Pythons start without it: that is only logged.
 */
export function writePythonHook(dataDir: string, logger: Pick<Logger, 'warn'>): string {
  const directory = join(dataDir, 'python');
  try {
    mkdirSync(directory, { recursive: true });
    chmodSync(directory, OPEN);
    const file = join(directory, 'sitecustomize.py');
    if (read(file) !== START_HOOK) replace(file);
  } catch (error) {
    logger.warn({ directory, err: describeSystemError(error) }, "Python's start-up hook cannot be written");
  }
  return directory;
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

/** By a rename: a Python that starts meanwhile reads one or the other. */
function replace(file: string): void {
  writeFileSync(`${file}.new`, START_HOOK);
  chmodSync(`${file}.new`, READABLE);
  renameSync(`${file}.new`, file);
}
