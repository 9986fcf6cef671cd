// What lies beside a Compose file.
import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { MAX_RETAINED_BYTES } from '../../protocol/payload.ts';
import type { FileText, Look, ProjectFolder } from '../compose/conversion.ts';
import { describeReadError } from '../failures/system-error.ts';
import { readTextFile } from './read-file.ts';

/** What keeps an empty directory in a repository, and what is read, or made by tools, for the whole folder. */
const NO_CONTENT: ReadonlySet<string> = new Set([
  ...['.gitkeep', '.keep', '.gitignore', '.git', '.dockerignore', '.env'],
  ...['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'],
]);

/** `read` are whole paths of files that have been read from there, such as the Compose files themselves. */
export function besideFolder(folder: string, read: readonly string[] = []): ProjectFolder {
  const known = new Set(read);
  return {
    read: (path) => {
      const file = resolve(folder, path);
      known.add(file);
      return readFile(file);
    },
    look: (path) => look(resolve(folder, path), known),
  };
}

/** No more than a document can hold. */
function readFile(path: string): FileText {
  try {
    if (!statSync(path).isFile()) return { ok: false, message: 'it is no regular file' };
  } catch (error) {
    return { ok: false, message: describeReadError(error) };
  }
  return readTextFile(path, MAX_RETAINED_BYTES);
}

function look(path: string, known: ReadonlySet<string>): Look {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return { kind: 'missing' };
  if (stats.isFile()) return { kind: 'file', isExecutable: (stats.mode & 0o111) !== 0 };
  return stats.isDirectory() ? { kind: 'directory', isEmpty: isEmpty(path, known) } : { kind: 'other' };
}

/** Nothing is in it but what has come along already. One that cannot be read may have anything. */
function isEmpty(directory: string, known: ReadonlySet<string>): boolean {
  try {
    return readdirSync(directory, { withFileTypes: true }).every((entry) => {
      const path = join(directory, entry.name);
      return NO_CONTENT.has(entry.name) || known.has(path) || (entry.isDirectory() && isEmpty(path, known));
    });
  } catch {
    return false;
  }
}
