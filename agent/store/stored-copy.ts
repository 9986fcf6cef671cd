// What the store of an agent holds that does not answer. Files that a frozen agent still has open are only read: SQLite opens
// a copy of them elsewhere, and what it mends there is thrown away.
import { constants } from 'node:fs';
import { copyFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemErrorCode } from '../../lib/failures/system-error.ts';
import type { Event } from '../../protocol/reports/events.ts';
import { type Status, statusSchema } from '../../protocol/reports/status.ts';
import { openDatabase, type SqlDatabase } from './database.ts';
import { type EventRow, readEvent } from './event-shape.ts';
import { unseal } from './sealed.ts';
import { DATABASE } from './set-aside.ts';
import { isOfShape } from './stored-shape.ts';

/** The second is the log of what is not in the first yet. */
const FILES = [DATABASE, `${DATABASE}-wal`];
/** The copy may go to memory. */
const MAX_BYTES = 128 * 1024 ** 2;
/** A running agent may write between the copy of the one file and of the other. */
const TRIES = 3;

export interface StoredCopy {
  /** When the agent last wrote to it. */
  readonly writtenAt: Date;
  /** As last told, by their names. */
  readonly statuses: readonly Status[];
  /** The newest, oldest first. */
  readonly events: readonly Event[];
  /** Bodies of all documents. They hold secrets. */
  readonly documents: readonly string[];
}

/** The newest `maxEvents` and all else. Nothing in `dataDir` changes. Throws what the system or SQLite answers. */
export async function readStoredCopy(dataDir: string, maxEvents: number): Promise<StoredCopy> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-copy-'));
  try {
    const writtenAt = await copyFiles(dataDir, folder);
    const database = openDatabase(join(folder, DATABASE));
    try {
      return { writtenAt, ...readTables(database, maxEvents) };
    } finally {
      database.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Resolves with the time of the newest write. */
async function copyFiles(dataDir: string, folder: string): Promise<Date> {
  for (let tries = 1; ; tries += 1) {
    const before = await lookAt(dataDir);
    const bytes = before.reduce((sum, { size }) => sum + size, 0);
    if (bytes > MAX_BYTES) throw new Error(`it is too large to be copied: ${bytes} bytes`);
    for (const { name } of before)
      await copyFile(join(dataDir, name), join(folder, name), constants.COPYFILE_FICLONE);
    const isSame = JSON.stringify(await lookAt(dataDir)) === JSON.stringify(before);
    if (isSame || tries === TRIES) return new Date(Math.max(...before.map(({ mtimeMs }) => mtimeMs)));
  }
}

interface Look {
  readonly name: string;
  readonly size: number;
  readonly mtimeMs: number;
}

async function lookAt(dataDir: string): Promise<Look[]> {
  const looks = await Promise.all(FILES.map((name) => lookAtFile(dataDir, name)));
  return looks.filter((look) => look !== null);
}

/** `null` of a log that is not there: after an orderly end all is in the database. */
async function lookAtFile(dataDir: string, name: string): Promise<Look | null> {
  try {
    const { size, mtimeMs } = await stat(join(dataDir, name));
    return { name, size, mtimeMs };
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT' && name !== DATABASE) return null;
    throw error;
  }
}

function readTables(db: SqlDatabase, maxEvents: number): Omit<StoredCopy, 'writtenAt'> {
  const statuses = db.all<{ body: string }>('SELECT body FROM statuses ORDER BY deployment');
  const events = db.all<EventRow>('SELECT seq, at, body FROM events ORDER BY seq DESC LIMIT ?', maxEvents);
  const documents = db.all<{ body: string }>('SELECT body FROM documents');
  return {
    statuses: statuses.flatMap(({ body }) => readStatus(body) ?? []),
    events: events
      .map(readEvent)
      .filter((event) => event !== null)
      .reverse(),
    documents: documents.map(({ body }) => body),
  };
}

/** `null` for one that cannot be read: the others count all the same. */
function readStatus(body: string): Status | null {
  try {
    const status = unseal(body);
    return isOfShape(statusSchema, status) ? status : null;
  } catch {
    return null;
  }
}
