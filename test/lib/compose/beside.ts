// A folder beside the Compose file, out of texts by path.
import { posix } from 'node:path';
import type { ProjectFolder } from '../../../lib/compose/conversion.ts';

export function besideOf(
  files: Readonly<Record<string, string>>,
  executable: readonly string[] = [],
): ProjectFolder {
  const byPath = new Map(Object.entries(files).map(([path, text]) => [posix.normalize(path), text]));
  return {
    read: (path) => {
      const text = byPath.get(posix.normalize(path));
      return text === undefined ? { ok: false, message: 'no such file' } : { ok: true, text };
    },
    look: (path) => {
      const whole = posix.normalize(path);
      if (byPath.has(whole)) return { kind: 'file', isExecutable: executable.includes(path) };
      const inside = [...byPath.keys()].filter((file) => whole === '.' || file.startsWith(`${whole}/`));
      const isFolder = whole === '.' || inside.length > 0;
      // `empty/` stands for a directory that is there.
      const isEmpty = inside.every((file) => file.endsWith('/'));
      return isFolder ? { kind: 'directory', isEmpty } : { kind: 'missing' };
    },
  };
}
