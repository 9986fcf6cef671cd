// What can be wrong with the store, told apart by what helps: room, another process, or a new file.
import { systemErrorCode } from '../lib/system-error.ts';
import { StoreFull } from '../ports/store.ts';

/** The store cannot be opened, and not for damage: an operator has to act. */
export class StoreUnusable extends Error {
  override readonly name = 'StoreUnusable';
  /** What an operator can do about it. */
  readonly hint: string;

  constructor(problem: { message: string; hint: string; cause?: unknown }) {
    super(problem.message, { cause: problem.cause });
    this.hint = problem.hint;
  }
}

/** What the file holds is not what the agent wrote, or cannot be read. */
export class StoreDamaged extends Error {
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
  if (NO_ROOM.has(code)) return new StoreFull({ cause: error });
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

/** `SQLITE_IOERR_WRITE` is a quota's, or a disk that has turned read-only: nothing is stored, and it may pass. */
const NO_ROOM: ReadonlySet<string> = new Set(['SQLITE_FULL', 'SQLITE_IOERR_WRITE', 'ENOSPC', 'EDQUOT']);
const MARKS_DAMAGE: ReadonlySet<string> = new Set(['SQLITE_CORRUPT', 'SQLITE_NOTADB']);

function lockedBy(cause: Error): StoreUnusable {
  return new StoreUnusable({
    message: 'the database is locked: another agent has it open',
    hint: 'one agent per data_dir: stop the other one (systemctl status holdfast), or give this one its own data_dir',
    cause,
  });
}
