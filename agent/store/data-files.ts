// What the store wants of the data directory beside SQLite, so that tests put it on a disk that fails.
// Tested in test/agent/whole/disk-blocked.test.ts.
import { StoreBlocked } from '../ports/store.ts';

/** Files by their names below the data directory. Each call throws `StoreBlocked` where the disk does not take it. */
export interface DataFiles {
  /** `null` when there is none, or none that can be read. */
  read(name: string): Buffer | null;
  /** Creates or replaces a file. Its content is durable on return, its name is not. */
  write(name: string, content: Uint8Array): void;
  /** Replaces what has the other name. Not durable before `syncNames`. */
  rename(from: string, to: string): void;
  /** Nothing happens when there is none. */
  remove(name: string): void;
  /** Makes durable what was created, renamed and removed. */
  syncNames(): void;
  /** Another text for another file of that name; `null` when there is none. */
  identityOf(name: string): string | null;
  /** Names of all files, in order; those of a directory below as `DIRECTORY/NAME`. */
  list(): string[];
}

const PROBE = 'holdfast.db.probe';

/** Durable on return; a crash leaves the old content or the new one. */
export function replaceFile(files: DataFiles, name: string, content: Uint8Array): void {
  const draft = `${name}.new`;
  try {
    files.write(draft, content);
    files.rename(draft, name);
    files.syncNames();
  } catch (error) {
    removeQuietly(files, draft);
    throw error;
  }
}

/** What a write of some size meets now; `null` when the disk takes it. */
export function findBlock(files: DataFiles): StoreBlocked | null {
  try {
    files.write(PROBE, Buffer.alloc(4096));
    return null;
  } catch (error) {
    return error instanceof StoreBlocked ? error : null;
  } finally {
    removeQuietly(files, PROBE);
  }
}

function removeQuietly(files: DataFiles, name: string): void {
  try {
    files.remove(name);
  } catch {
    // What went wrong before is what counts.
  }
}
