// What the store wants of SQLite: four calls, so that tests put the same store on a disk that fails.
// Tested in test/agent/store/event-rows.test.ts.
import Database from 'better-sqlite3';

/** Set by a release build, where the native addon lies beside the bundle. */
declare const HOLDFAST_SQLITE_BINDING: string | undefined;

/** A predecessor that is being ended may still have it for a moment; anybody else is one too many. */
const LOCK_WAIT_MS = 1000;

export type SqlValue = string | number | null;

/** An open database. Every call throws what SQLite answers, with its `code` such as `SQLITE_FULL`. */
export interface SqlDatabase {
  /** One statement that changes rows. */
  run(sql: string, ...values: SqlValue[]): { readonly changes: number; readonly lastRowId: number };
  /** The rows of one statement, as its columns say: the one place where SQLite's answers get their type. */
  all<Row>(sql: string, ...values: SqlValue[]): Row[];
  /** Any number of statements with no values. */
  exec(sql: string): void;
  close(): void;
}

/** Opens, or creates, a database file. Throws when it cannot be read. */
export function openDatabase(file: string): SqlDatabase {
  const binding =
    typeof HOLDFAST_SQLITE_BINDING === 'string' ? { nativeBinding: HOLDFAST_SQLITE_BINDING } : {};
  const database = new Database(file, { ...binding, timeout: LOCK_WAIT_MS });
  const statements = new Map<string, Database.Statement<SqlValue[]>>();
  const prepare = (sql: string): Database.Statement<SqlValue[]> => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const statement = database.prepare<SqlValue[]>(sql);
    statements.set(sql, statement);
    return statement;
  };
  return {
    run: (sql, ...values) => {
      const { changes, lastInsertRowid } = prepare(sql).run(...values);
      return { changes, lastRowId: Number(lastInsertRowid) };
    },
    // Sound because every caller names the columns that it selects.
    all: <Row>(sql: string, ...values: SqlValue[]) => prepare(sql).all(...values) as Row[],
    exec: (sql) => {
      database.exec(sql);
    },
    close: () => {
      database.close();
    },
  };
}
