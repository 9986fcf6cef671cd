// The data directory on a real file system.
// Tested in test/agent/store/damage.test.ts.
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { systemErrorCode } from '../../lib/failures/system-error.ts';
import type { DataFiles } from './data-files.ts';
import { toStoreError } from './store-errors.ts';

/** Documents may hold passwords in their environment. */
const PRIVATE_DIRECTORY = 0o700;
const PRIVATE_FILE = 0o600;
const DOCUMENTS = 'documents';

/** Creates the directory where it is missing. Throws what the system answers where it cannot be written. */
export function openDataFiles(dataDir: string): DataFiles {
  const directories = [dataDir, join(dataDir, DOCUMENTS)];
  directories.forEach(makeWritable);
  return {
    read: (name) => readDataFile(dataDir, name),
    write: (name, content) =>
      translated(() => writeFileSync(join(dataDir, name), content, { mode: PRIVATE_FILE, flush: true })),
    rename: (from, to) => translated(() => renameSync(join(dataDir, from), join(dataDir, to))),
    remove: (name) => translated(() => rmSync(join(dataDir, name), { force: true, recursive: true })),
    syncNames: () => translated(() => directories.forEach(syncDirectory)),
    identityOf: (name) => {
      const found = translated(() => statSync(join(dataDir, name), { throwIfNoEntry: false }));
      return found === undefined ? null : `${found.dev}:${found.ino}`;
    },
    list: () =>
      directories
        .flatMap((directory) => namesIn(directory).map((name) => relative(dataDir, name)))
        .toSorted(),
  };
}

/** Before SQLite opens a file in it, whose words for one that may only be read are those for a damaged one. */
function makeWritable(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: PRIVATE_DIRECTORY });
  } catch (error) {
    // On a read-only file system Node calls missing what it cannot make.
    if (systemErrorCode(error) === 'ENOENT') accessSync(nearestThere(directory), constants.W_OK);
    throw error;
  }
  accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
}

/** The directory itself, or the first above it that exists. */
function nearestThere(directory: string): string {
  return existsSync(directory) ? directory : nearestThere(dirname(directory));
}

/** As `DataFiles.read`, with nothing made. */
export function readDataFile(dataDir: string, name: string): Buffer | null {
  try {
    return readFileSync(join(dataDir, name));
  } catch {
    return null;
  }
}

function translated<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw toStoreError(error);
  }
}

function namesIn(directory: string): string[] {
  const entries = readdirSync(directory, { withFileTypes: true });
  return entries.filter((entry) => entry.name !== DOCUMENTS).map(({ name }) => join(directory, name));
}

function syncDirectory(directory: string): void {
  const handle = openSync(directory, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
