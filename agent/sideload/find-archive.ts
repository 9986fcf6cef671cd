// The archive of images that lies beside a document, as people put both on one stick.
// Tested in test/agent/sideload/bring-images.test.ts.
import { existsSync } from 'node:fs';
import path from 'node:path';

/** Beside FILE, the first that is there. A folder is an OCI layout. */
const NAMES = ['images.tar', 'images.tar.gz', 'images.tgz', 'images/index.json'];

/** Its path; `null` where none lies there, and for standard input. */
export function findArchive(file: string, cwd: string): string | null {
  if (file === '-') return null;
  const folder = path.dirname(path.resolve(cwd, file));
  const name = NAMES.find((one) => existsSync(path.join(folder, one)));
  return name === undefined ? null : path.join(folder, name.replace('/index.json', ''));
}
