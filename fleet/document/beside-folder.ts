// What lies beside a Compose file.
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { MAX_RETAINED_BYTES } from '../../protocol/payload.ts';
import type { Beside, FileText, Look } from '../compose/conversion.ts';
import { readTextFile } from '../read-file.ts';
import { describeSystemError } from '../system-error.ts';

export function besideFolder(folder: string): Beside {
  return {
    read: (path) => readFile(resolve(folder, path)),
    look: (path) => look(resolve(folder, path)),
  };
}

/** No more than a document can hold. */
function readFile(path: string): FileText {
  try {
    if (!statSync(path).isFile()) return { ok: false, message: 'it is no regular file' };
  } catch (error) {
    return { ok: false, message: describeSystemError(error) };
  }
  return readTextFile(path, MAX_RETAINED_BYTES);
}

function look(path: string): Look {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return { kind: 'missing' };
  if (stats.isFile()) return { kind: 'file', isExecutable: (stats.mode & 0o111) !== 0 };
  return { kind: stats.isDirectory() ? 'directory' : 'other' };
}
