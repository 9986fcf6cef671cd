// The real SQLite, compiled to WebAssembly, on a simulated disk: a file system layer of our own below it sees
// every write and every sync. The store above is the agent's, with the same SQL and the same journal.
import sqlite3InitModule, {
  type PreparedStatement,
  type Sqlite3Result,
  type WasmPointer,
} from '@sqlite.org/sqlite-wasm';
import type { SqlDatabase, SqlValue } from '../../../agent/store/database.ts';
import { DiskError, type SimulatedDisk } from './simulated-disk.ts';

const sqlite3 = await sqlite3InitModule();
const { capi, wasm } = sqlite3;
// What goes wrong on the disk reaches the caller as an error; it need not be printed too.
sqlite3.config.warn = () => undefined;

const VFS_NAME = 'simulated-disk';

/** A disk as one process sees it. */
interface Mount {
  readonly disk: SimulatedDisk;
  isGone: boolean;
}

interface OpenFile {
  readonly mount: Mount;
  readonly path: string;
  readonly isTemporary: boolean;
}

/** By the first part of the name that SQLite is given: `/NUMBER/PATH`. */
const mounts = new Map<string, Mount>();
const openFiles = new Map<WasmPointer, OpenFile>();
let lastNumber = 0;
/** How often the disk that is being opened was opened before. */
let opens = 0;

export interface DatabaseOnDisk extends SqlDatabase {
  /** Its process is killed: nothing more of it reaches the disk. */
  abandon(): void;
}

/**
 * Opens, or creates, a database at `path` of `disk`. Locks are not simulated: one may open it at a time, with
 * `locking_mode = EXCLUSIVE`, as the agent does.
 */
export function openOnDisk(disk: SimulatedDisk, path: string): DatabaseOnDisk {
  lastNumber += 1;
  const number = String(lastNumber);
  const mount = { disk, isGone: false };
  mounts.set(number, mount);
  disk.counts.opens += 1;
  opens = disk.counts.opens;
  capi.sqlite3_randomness(0, 0);
  const filename = `/${number}${path}`;
  const database = told(() => new sqlite3.oo1.DB({ filename, flags: 'c', vfs: VFS_NAME }));
  const statements = new Map<string, PreparedStatement>();
  const bind = (sql: string, values: readonly SqlValue[]): PreparedStatement => {
    const statement = statements.get(sql) ?? told(() => database.prepare(sql));
    statements.set(sql, statement);
    if (values.length > 0) statement.bind([...values]);
    return statement;
  };
  const finish = (statement: PreparedStatement): void => {
    try {
      while (told(() => statement.step()));
    } finally {
      told(() => statement.reset(true));
    }
  };
  const close = (): void => {
    for (const statement of statements.values()) statement.finalize();
    database.close();
    mounts.delete(number);
  };
  const reads = new RememberedReads(mount);
  return {
    run: (sql, ...values) => {
      reads.forget();
      const statement = bind(sql, values);
      try {
        told(() => statement.step());
        return {
          changes: Number(database.changes()),
          lastRowId: Number(capi.sqlite3_last_insert_rowid(database)),
        };
      } finally {
        told(() => statement.reset(true));
      }
    },
    all: <Row>(sql: string, ...values: SqlValue[]) => {
      const known = reads.recall(sql, values);
      // Sound because every caller names the columns that it selects.
      if (known !== null) return known as Row[];
      const statement = bind(sql, values);
      const rows: Row[] = [];
      try {
        // As above.
        while (told(() => statement.step())) rows.push(statement.get({}) as Row);
        reads.remember(sql, values, rows);
        return rows;
      } finally {
        told(() => statement.reset(true));
      }
    },
    exec: (sql) => {
      reads.forget();
      // Parsed once where it is one statement: the begin and the end of every transaction are.
      if (sql.includes(';')) told(() => database.exec(sql));
      else finish(bind(sql, []));
    },
    close,
    abandon: () => {
      mount.isGone = true;
      // Not at once: it may be in the midst of a call, from below which the process is ended.
      queueMicrotask(close);
    },
  };
}

const MAX_READS = 500;

/**
 * What was selected since the last write: an agent that finds nothing to do asks the same again and again, and each
 * step through WebAssembly is dear. A disk that was damaged, or is gone, is asked itself.
 */
class RememberedReads {
  readonly #mount: Mount;
  readonly #rows = new Map<string, readonly unknown[]>();
  #rots = 0;

  constructor(mount: Mount) {
    this.#mount = mount;
  }

  recall(sql: string, values: readonly SqlValue[]): unknown[] | null {
    const { disk, isGone } = this.#mount;
    if (isGone || !disk.isPowered || disk.counts.rots !== this.#rots) this.forget();
    return this.#rows.get(keyOf(sql, values))?.slice() ?? null;
  }

  remember(sql: string, values: readonly SqlValue[], rows: readonly unknown[]): void {
    if (!sql.startsWith('SELECT')) return;
    if (this.#rows.size >= MAX_READS) this.forget();
    this.#rows.set(keyOf(sql, values), rows.slice());
  }

  forget(): void {
    this.#rots = this.#mount.disk.counts.rots;
    this.#rows.clear();
  }
}

function keyOf(sql: string, values: readonly SqlValue[]): string {
  return `${sql} ${values.map(String).join(' ')}`;
}

/** SQLite's errors as better-sqlite3 throws them: with their name as `code`. */
function told<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof sqlite3.SQLite3Error)) throw error;
    throw Object.assign(error, { code: capi.sqlite3_js_rc_str(error.resultCode) });
  }
}

/** Runs a call of SQLite's on a disk; what the disk refuses becomes SQLite's own result code. */
function answer(call: () => Sqlite3Result | undefined): Sqlite3Result {
  try {
    return call() ?? capi.SQLITE_OK;
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    if (error.code === 'ENOSPC') return capi.SQLITE_FULL;
    // As a real one says it, whatever the cause.
    return error.code === 'EROFS' || error.code === 'EIO' ? capi.SQLITE_IOERR_WRITE : capi.SQLITE_IOERR;
  }
}

function fileAt(pointer: WasmPointer): { disk: SimulatedDisk; path: string } {
  const file = openFiles.get(pointer);
  if (file === undefined) throw new Error('SQLite used a file that is not open');
  return { disk: diskOf(file.mount), path: file.path };
}

function diskOf({ disk, isGone }: Mount): SimulatedDisk {
  if (isGone) throw new DiskError('ENODEV', 'the process is gone');
  return disk;
}

function parseName(name: WasmPointer): { mount: Mount; disk: SimulatedDisk; path: string } {
  const [, number = '', path = ''] = /^\/(\d+)(\/.*)$/.exec(wasm.cstrToJs(name) ?? '') ?? [];
  const mount = mounts.get(number);
  if (mount === undefined) throw new Error('SQLite named a file of no known disk');
  return { mount, disk: diskOf(mount), path };
}

const vfs = new capi.sqlite3_vfs();
vfs.$iVersion = 2;
vfs.$szOsFile = new capi.sqlite3_file().structInfo.sizeof;
vfs.$mxPathname = 256;
const io = new capi.sqlite3_io_methods();

sqlite3.vfs.installVfs({
  io: {
    struct: io,
    methods: {
      xClose: (pointer) => {
        const file = openFiles.get(pointer);
        openFiles.delete(pointer);
        if (file?.isTemporary !== true) return capi.SQLITE_OK;
        return answer(() => void diskOf(file.mount).remove(file.path));
      },
      xRead: (pointer, buffer, length, at) =>
        answer(() => {
          const { disk, path } = fileAt(pointer);
          const bytes = disk.read(path, Number(at), length);
          const heap = wasm.heap8u();
          heap.set(bytes, Number(buffer));
          if (bytes.length === length) return capi.SQLITE_OK;
          heap.fill(0, Number(buffer) + bytes.length, Number(buffer) + length);
          return capi.SQLITE_IOERR_SHORT_READ;
        }),
      xWrite: (pointer, buffer, length, at) =>
        answer(() => {
          const { disk, path } = fileAt(pointer);
          disk.write(path, Number(at), wasm.heap8u().subarray(Number(buffer), Number(buffer) + length));
          return capi.SQLITE_OK;
        }),
      xTruncate: (pointer, length) =>
        answer(() => {
          const { disk, path } = fileAt(pointer);
          return void disk.truncate(path, Number(length));
        }),
      xSync: (pointer) =>
        answer(() => {
          const { disk, path } = fileAt(pointer);
          return void disk.sync(path);
        }),
      xFileSize: (pointer, out) =>
        answer(() => {
          const { disk, path } = fileAt(pointer);
          wasm.poke64(out, BigInt(disk.size(path)));
          return capi.SQLITE_OK;
        }),
      xLock: () => capi.SQLITE_OK,
      xUnlock: () => capi.SQLITE_OK,
      xCheckReservedLock: (_pointer, out) => {
        wasm.poke32(out, 0);
        return capi.SQLITE_OK;
      },
      xFileControl: () => capi.SQLITE_NOTFOUND,
      // No power-safe overwrite, no atomic write: the least that a disk may promise.
      xDeviceCharacteristics: () => 0,
    },
  },
  vfs: {
    struct: vfs,
    name: VFS_NAME,
    methods: {
      xOpen: (_vfs, name, pointer, flags, out) =>
        answer(() => {
          const { mount, disk, path } = parseName(name);
          if (!disk.exists(path)) {
            if ((flags & capi.SQLITE_OPEN_CREATE) === 0) return capi.SQLITE_CANTOPEN;
            disk.create(path);
          }
          const isTemporary = (flags & capi.SQLITE_OPEN_DELETEONCLOSE) !== 0;
          openFiles.set(pointer, { mount, path, isTemporary });
          const file = new capi.sqlite3_file(pointer);
          file.$pMethods = io.pointer;
          file.dispose();
          if (out !== 0) wasm.poke32(out, flags);
          return capi.SQLITE_OK;
        }),
      xDelete: (_vfs, name, syncDir) =>
        answer(() => {
          const { disk, path } = parseName(name);
          disk.remove(path);
          if (syncDir !== 0) disk.syncNames();
          return capi.SQLITE_OK;
        }),
      xAccess: (_vfs, name, _flags, out) =>
        answer(() => {
          const { disk, path } = parseName(name);
          wasm.poke32(out, disk.exists(path) ? 1 : 0);
          return capi.SQLITE_OK;
        }),
      xFullPathname: (_vfs, name, length, out) =>
        wasm.cstrncpy(out, name, length) < length ? capi.SQLITE_OK : capi.SQLITE_CANTOPEN,
      // The salt of the write-ahead log: another at each opening, and the same at every run.
      xRandomness: (_vfs, length, out) => {
        wasm.heap8u().fill(opens % 251, Number(out), Number(out) + length);
        return capi.SQLITE_OK;
      },
      xSleep: () => capi.SQLITE_OK,
      xCurrentTime: (_vfs, out) => {
        wasm.poke64f(out, 2_440_587.5);
        return capi.SQLITE_OK;
      },
      xCurrentTimeInt64: (_vfs, out) => {
        wasm.poke64(out, 0n);
        return capi.SQLITE_OK;
      },
      xGetLastError: () => undefined,
    },
  },
});
