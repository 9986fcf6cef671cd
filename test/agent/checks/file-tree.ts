// Files of /proc, /sys and /etc out of a table.
import type { SystemFiles } from '../../../agent/checks/system-files.ts';

/** By path. */
export function fileTree(files: Readonly<Record<string, string>>): SystemFiles {
  return {
    read: (file) => files[file] ?? null,
    list: (directory) => {
      const below = Object.keys(files).filter((file) => file.startsWith(`${directory}/`));
      return [...new Set(below.map((file) => file.slice(directory.length + 1).split('/')[0] ?? ''))].sort();
    },
  };
}
