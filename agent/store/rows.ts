// Small things that all tables of the store share.
// Tested in test/agent/store/event-rows.test.ts.
import { StoreBlocked } from '../ports/store.ts';
import type { SqlDatabase } from './database.ts';

/** All of it or nothing, durable on return. Not to be nested. */
export function inTransaction<T>(db: SqlDatabase, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    rollBack(db);
    if (error instanceof StoreBlocked) reuseLog(db);
    throw error;
  }
}

/** So that the next try writes over what the log has behind it, which needs no room. */
function reuseLog(db: SqlDatabase): void {
  try {
    db.exec('PRAGMA wal_checkpoint(RESTART)');
  } catch {
    // The file has to grow and cannot.
  }
}

/** SQLite has rolled back by itself where it could not write. */
function rollBack(db: SqlDatabase): void {
  try {
    db.exec('ROLLBACK');
  } catch {
    // What made the transaction fail is what counts.
  }
}

/** The `body` of the first row, or `null`. */
export function readBody(db: SqlDatabase, sql: string, ...values: string[]): string | null {
  return db.all<{ body: string }>(sql, ...values)[0]?.body ?? null;
}

/** 0 for one that was never set. */
export function readCounter(db: SqlDatabase, name: string): number {
  return db.all<{ value: number }>('SELECT value FROM counters WHERE name = ?', name)[0]?.value ?? 0;
}

export function writeCounter(db: SqlDatabase, name: string, value: number): void {
  db.run(
    'INSERT INTO counters (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value ' +
      'WHERE value IS NOT excluded.value',
    name,
    value,
  );
}
