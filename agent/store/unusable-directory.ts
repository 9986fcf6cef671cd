// Why nothing can be stored in `data_dir` at all: which directory, for which user, and what an operator can do.
import { userInfo } from 'node:os';
import { describeSystemError, systemErrorCode } from '../../lib/failures/system-error.ts';
import { StoreUnusable } from './store-errors.ts';

/** `user` is who runs the agent, as a shell command names him. */
export function unusableDirectory(dataDir: string, cause: unknown, user: string = ownName()): StoreUnusable {
  const path = cause instanceof Error && 'path' in cause ? String(cause.path) : dataDir;
  const message = `data_dir cannot be used by the user ${user}: ${path}: ${describeSystemError(cause)}`;
  return new StoreUnusable({ message, hint: hintFor(systemErrorCode(cause) ?? '', dataDir, user), cause });
}

function hintFor(code: string, dataDir: string, user: string): string {
  switch (code) {
    case 'EROFS':
      return 'make its file system writable again (dmesg says why one has turned read-only), or set data_dir to a directory on another; the service starts again by itself';
    case 'EACCES':
    case 'EPERM':
      return `give it to that user: sudo mkdir -p ${dataDir} && sudo chown -R ${user}: ${dataDir} && sudo chmod -R u+rwX ${dataDir}`;
    case 'EEXIST':
    case 'ENOTDIR':
      return 'move away the file that is in its place, or set data_dir to another path';
    default:
      return `${dataDir} must be a directory that this user may write to`;
  }
}

/** The number where the system knows no name, as in a container. */
function ownName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? '?');
  }
}
