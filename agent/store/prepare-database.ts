// From an open file to a database that the tables can be read from: settings, a look at what is in it, schema.
// docs/decisions/0012-sqlite-settings.md has the measurements behind the settings.
// Tested in test/agent/store/damage.test.ts.
import { crc32 } from 'node:zlib';
import { parseJsonText } from '../../protocol/payload.ts';
import { fieldsOf } from '../model/record-codec/versioned.ts';
import type { SqlDatabase } from './database.ts';
import { inTransaction, readCounter, writeCounter } from './rows.ts';
import { unseal } from './sealed.ts';
import { StoreDamaged } from './store-errors.ts';

const SETTINGS = [
  // Nobody else has it open, and no file of shared memory is needed.
  'locking_mode = EXCLUSIVE',
  // Every commit is synced before it returns: the promise that an accepted document survives a power cut.
  // EXTRA rather than FULL, and set before the journal's mode: the journal with which the file was made must
  // be gone for good, or a cut much later would bring it back and roll everything back to an empty file.
  'synchronous = EXTRA',
  // A page is written whole, in the log and once more at a checkpoint, and most rows are small. Of a file that is
  // there already it changes nothing.
  'page_size = 1024',
  // Writes each change once and in sequence.
  'journal_mode = WAL',
  // 512 KiB of log, and then each page that changed goes to the file once, however often it changed.
  'wal_autocheckpoint = 512',
  // What a large transaction made of the log is given back at the next checkpoint.
  'journal_size_limit = 1048576',
  'foreign_keys = ON',
];

export function applySettings(db: SqlDatabase): void {
  for (const setting of SETTINGS) db.exec(`PRAGMA ${setting}`);
}

/** The number of migrations that a database has seen; 0 for a new one. */
export function readVersion(db: SqlDatabase): number {
  return db.all<{ user_version: number }>('PRAGMA user_version')[0]?.user_version ?? 0;
}

function sumOfSchema(db: SqlDatabase): number {
  const rows = db.all<{ sql: string | null }>('SELECT sql FROM sqlite_schema ORDER BY name');
  return crc32(JSON.stringify(rows));
}

/** `migrations[n]` takes a database from version n to n + 1. A crash leaves it at a whole version. */
export function migrate(db: SqlDatabase, migrations: readonly string[]): void {
  const version = readVersion(db);
  migrations.slice(version).forEach((sql, index) => {
    inTransaction(db, () => {
      db.exec(sql);
      db.exec(`PRAGMA user_version = ${version + index + 1}`);
      writeCounter(db, 'schema_sum', sumOfSchema(db));
    });
  });
}

/** Throws `StoreDamaged` when a page, an index or a row is not as it was written. */
export function checkIntegrity(db: SqlDatabase): void {
  const [first] = db.all<{ integrity_check: string }>('PRAGMA integrity_check(1)');
  if (first?.integrity_check !== 'ok') throw new StoreDamaged(first?.integrity_check ?? 'no answer');
}

/** Of what SQLite cannot look into: its own schema's words, and our rows. Throws `StoreDamaged`. */
export function checkRows(db: SqlDatabase): void {
  if (readCounter(db, 'schema_sum') !== sumOfSchema(db))
    throw new StoreDamaged('the schema is not as it was written');
  for (const table of ['records', 'statuses'])
    for (const { body } of db.all<{ body: string }>(`SELECT body FROM ${table}`)) unseal(body);
  if (db.all('PRAGMA foreign_key_check').length > 0)
    throw new StoreDamaged('a row names a document that is not there');
  for (const [table, column] of [
    ['refusals', 'body'],
    ['events', 'body'],
    ['commands', 'reply'],
  ]) {
    const [rotten] = db.all<{ n: number }>(
      `SELECT count(*) AS n FROM ${table} WHERE ${column} IS NOT NULL AND NOT json_valid(${column})`,
    );
    if (rotten?.n !== 0) throw new StoreDamaged(`${rotten?.n} rows of ${table} are not as they were written`);
  }
  checkDocuments(db);
}

/** Not by SQLite's own JSON, which takes no byte order mark, and the first of two fields of one name. */
function checkDocuments(db: SqlDatabase): void {
  const names = new Map<string, unknown>();
  for (const { hash, body } of db.all<{ hash: string; body: string }>('SELECT hash, body FROM documents'))
    names.set(hash, nameIn(body));
  for (const { deployment, hash } of db.all<{ deployment: string; hash: string }>(
    'SELECT deployment, hash FROM accepted',
  )) {
    const name = names.get(hash);
    if (typeof name === 'string' && name !== deployment)
      throw new StoreDamaged('a document is stored under a name that is not its own');
  }
}

function nameIn(body: string): unknown {
  try {
    return fieldsOf(parseJsonText(body)).name;
  } catch (cause) {
    throw new StoreDamaged('a document is not as it was written', { cause });
  }
}
