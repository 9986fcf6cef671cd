// The store's place in the data directory, and the way to a sound store whatever is found there.
// Tested in test/agent/store/damage.test.ts.
import { chmodSync, existsSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { StoreBlocked } from '../ports/store.ts';
import { type DataFiles, findBlock, replaceFile } from './data-files.ts';
import { openDatabase, type SqlDatabase } from './database.ts';
import { guardDatabase } from './guarded-database.ts';
import { migrations as released } from './migrations.ts';
import { openDataFiles, readDataFile } from './node-data-files.ts';
import { applySettings, checkIntegrity, checkRows, migrate, readVersion } from './prepare-database.ts';
import { type Cause, settle } from './rebuild.ts';
import { readIdentity, SecondCopies } from './second-copies.ts';
import { DATABASE, dropSetAside, setAside } from './set-aside.ts';
import type { SqliteStore, StoreOptions } from './sqlite-store.ts';
import { StoreDamaged, toOpenError } from './store-errors.ts';
import { unusableDirectory } from './unusable-directory.ts';

/** Left, with what is known, where damage shows up later than at the start: the next start then trusts no check. */
const SUSPECT = 'holdfast.db.suspect';
/** A copy of the file as it was at a schema's version, taken before the next; the newest is kept. */
const BEFORE = 'holdfast.db.before-';

/** Where a store lies. */
export interface StorePlace {
  readonly files: DataFiles;
  /** Opens, or creates, a database by its file's name. */
  readonly open: (name: string) => SqlDatabase;
  readonly wallTime: () => Date;
}

export interface OpenOptions extends StoreOptions {
  /** The schema's steps; tests have others. */
  readonly migrations?: readonly string[];
}

/** Opens, or creates, the store in `dataDir`; as `openStoreAt`. */
export function openStore(dataDir: string, options: OpenOptions = {}): SqliteStore {
  return openStoreAt(placeIn(dataDir), options);
}

/**
 * Opens, or creates, a store. A database that is damaged or from a newer agent is set aside, and built anew from
 * the second copies. Throws `StoreUnusable` when an operator has to act, `StoreBlocked` when the disk takes no new
 * one.
 */
export function openStoreAt(place: StorePlace, options: OpenOptions = {}): SqliteStore {
  const { files } = place;
  try {
    const suspicion = files.read(SUSPECT);
    if (suspicion !== null) throw new StoreDamaged(suspicion.toString());
    return openSound(place, options);
  } catch (error) {
    if (!(error instanceof StoreDamaged)) throw error;
    const name = setAside(files);
    files.remove(SUSPECT);
    return openAnew(place, options, { code: error.kind, message: error.message, set_aside: name });
  }
}

/** The id that was kept in `dataDir` at the last start; `null` where there is none, or nobody may read it. */
export function readKeptDevice(dataDir: string): string | null {
  return readIdentity({ read: (name) => readDataFile(dataDir, name) })?.device ?? null;
}

function openAnew(place: StorePlace, options: OpenOptions, cause: Cause): SqliteStore {
  try {
    return openSound(place, options, cause);
  } catch (error) {
    if (!(error instanceof StoreBlocked) || error.code !== 'no_space') throw error;
    dropSetAside(place.files);
    return openSound(place, options, cause);
  }
}

function openSound(place: StorePlace, options: OpenOptions, cause: Cause | null = null): SqliteStore {
  const database = openCurrent(place, options.migrations ?? released);
  try {
    checkRows(database);
    const copies = new SecondCopies(place.files);
    const verifyPlace = placeVerifier(place.files);
    return settle(database, {
      copies,
      cause,
      wallTime: place.wallTime(),
      options: { ...options, verifyPlace },
    });
  } catch (error) {
    closeQuietly(database);
    throw toOpenError(error);
  }
}

/** A sound database of the newest schema. One of an earlier schema is copied before it is changed. */
function openCurrent(place: StorePlace, migrations: readonly string[]): SqlDatabase {
  const found = openChecked(place);
  return closeOnError(found, () => {
    const version = readVersion(found);
    if (version > migrations.length) throw newerThan(migrations.length, version);
    if (version === migrations.length) return found;
    const database = version === 0 ? found : reopenWithCopy(place, found, version);
    return closeOnError(database, () => {
      migrate(database, migrations);
      return database;
    });
  });
}

function openChecked({ files, open }: StorePlace): SqlDatabase {
  try {
    const database = guardDatabase(open(DATABASE), {
      onDamage: () => markSuspect(files, 'it was found to be damaged while it was used'),
      findBlock: () => findBlock(files),
    });
    return closeOnError(database, () => {
      applySettings(database);
      checkIntegrity(database);
      // One that may be read and not be written would fail at the first write, and again at each start.
      database.exec('BEGIN IMMEDIATE');
      database.exec('ROLLBACK');
      return database;
    });
  } catch (error) {
    throw toOpenError(error);
  }
}

/** Closed, the file holds all that the log beside it held, and nobody writes to it. */
function reopenWithCopy(place: StorePlace, database: SqlDatabase, version: number): SqlDatabase {
  const { files } = place;
  database.close();
  const content = files.read(DATABASE);
  if (content === null) throw new StoreDamaged('the database cannot be read to be copied');
  replaceFile(files, `${BEFORE}${version}`, content);
  for (const name of files.list())
    if (name.startsWith(BEFORE) && name !== `${BEFORE}${version}`) files.remove(name);
  return openChecked(place);
}

function newerThan(known: number, version: number): StoreDamaged {
  const message = `it is of schema ${version}, this agent knows up to ${known}: a newer one wrote it`;
  return new StoreDamaged(message, { kind: 'newer' });
}

/** Throws what `toOpenError` makes of a failure. */
function closeOnError<T>(database: SqlDatabase, work: () => T): T {
  try {
    return work();
  } catch (error) {
    closeQuietly(database);
    throw toOpenError(error);
  }
}

function closeQuietly(database: SqlDatabase): void {
  try {
    database.close();
  } catch {
    // What went wrong before is what counts.
  }
}

/** A file that somebody removed or replaced is written to no more than one that is damaged: the agent ends. */
function placeVerifier(files: DataFiles): () => void {
  const opened = files.identityOf(DATABASE);
  return () => {
    const found = identityNow(files);
    if (found === opened || found === 'unknown') return;
    const message = `it was ${found === null ? 'removed' : 'replaced'} while the agent ran`;
    // Of what took its place nobody knows what it is; where there is nothing the next start begins anew.
    if (found !== null) markSuspect(files, message);
    throw new StoreDamaged(`holdfast.db: ${message}; the next start builds it anew from the second copies`);
  };
}

function identityNow(files: DataFiles): string | null {
  try {
    return files.identityOf(DATABASE);
  } catch {
    return 'unknown';
  }
}

function markSuspect(files: DataFiles, why: string): void {
  try {
    replaceFile(files, SUSPECT, Buffer.from(why));
  } catch {
    // The check at the next start has to find it.
  }
}

function placeIn(dataDir: string): StorePlace {
  const files = openFilesIn(dataDir);
  return {
    files,
    open: (name) => {
      const file = join(dataDir, name);
      // Documents may hold passwords in their environment; and a mode that keeps the owner out is soon mended.
      if (existsSync(file)) chmodQuietly(file);
      const database = openDatabase(file);
      chmodQuietly(file);
      return database;
    },
    wallTime: () => new Date(),
  };
}

function openFilesIn(dataDir: string): DataFiles {
  try {
    return openDataFiles(dataDir);
  } catch (cause) {
    throw unusableDirectory(dataDir, cause);
  }
}

/** Another user's file stays as it is; whether it can be used shows at the opening. */
function chmodQuietly(file: string): void {
  try {
    if (lstatSync(file).isFile()) chmodSync(file, 0o600);
  } catch {
    // As above.
  }
}
