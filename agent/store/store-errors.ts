// What can be wrong with the store, told apart by what helps: a disk that writes, another process, or a new file.
// Tested in test/agent/store/sqlite-store.test.ts.
import { systemErrorCode } from '../../lib/failures/system-error.ts';
import { StoreBlocked, StoreBroken } from '../ports/store.ts';

/** The store cannot be opened, and not for damage: an operator has to act. */
export class StoreUnusable extends StoreBroken {
  override readonly name = 'StoreUnusable';
  /** What an operator can do about it. */
  readonly hint: string;

  constructor(problem: { message: string; hint: string; cause?: unknown }) {
    super(problem.message, { cause: problem.cause });
    this.hint = problem.hint;
  }
}

/** What the file holds is not what the agent wrote, or cannot be read. */
export class StoreDamaged extends StoreBroken {
  override readonly name = 'StoreDamaged';
  readonly kind: 'damaged' | 'newer';

  constructor(message: string, options: { kind?: 'damaged' | 'newer'; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.kind = options.kind ?? 'damaged';
  }
}

/** An error of SQLite or of the file system as one of the store's; any other as it is. */
export function toStoreError(error: unknown): unknown {
  const code = systemErrorCode(error);
  if (code === null || !(error instanceof Error)) return error;
  const block = BLOCKS[code];
  if (block !== undefined) return new StoreBlocked(block, { cause: error });
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return lockedBy(error);
  if (MARKS_DAMAGE.has(code.split('_', 2).join('_')))
    return new StoreDamaged(error.message, { cause: error });
  return error;
}

/** As `toStoreError` while a file is being opened, when whatever SQLite cannot do with it is the file's fault. */
export function toOpenError(error: unknown): unknown {
  const known = toStoreError(error);
  if (known !== error || !(error instanceof Error)) return known;
  return systemErrorCode(error)?.startsWith('SQLITE_') === true
    ? new StoreDamaged(error.message, { cause: error })
    : error;
}

/**
 * Nothing is stored, and it may pass. After each of these SQLite writes the same pages again, so a sync that failed
 * loses nothing. Its own codes do not tell a quota or a disk that has turned read-only from one that fails.
 */
const BLOCKS: Readonly<Record<string, StoreBlocked['code']>> = {
  SQLITE_FULL: 'no_space',
  ENOSPC: 'no_space',
  EDQUOT: 'no_space',
  EROFS: 'data_dir_read_only',
  EIO: 'data_dir_io_error',
  SQLITE_IOERR_WRITE: 'data_dir_io_error',
  SQLITE_IOERR_FSYNC: 'data_dir_io_error',
  SQLITE_IOERR_DIR_FSYNC: 'data_dir_io_error',
  SQLITE_IOERR_TRUNCATE: 'data_dir_io_error',
};
const MARKS_DAMAGE: ReadonlySet<string> = new Set(['SQLITE_CORRUPT', 'SQLITE_NOTADB']);

function lockedBy(cause: Error): StoreUnusable {
  return new StoreUnusable({
    message: 'the database is locked: another agent has it open',
    hint: 'one agent per data_dir: stop the other one (systemctl status holdfast), or give this one its own data_dir',
    cause,
  });
}
