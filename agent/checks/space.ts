// Space and inodes on a disk.
// Tested in test/agent/checks/files.test.ts.
import { statfsSync } from 'node:fs';
import { formatBytes } from '../../protocol/values/byte-size.ts';
import { type CheckAnswer, type CheckRow, error, ok, warning } from './check-row.ts';

const LOW_SHARE = 0.05;
const LOW_BYTES = 512 * 1024 ** 2;
const LOW_INODES = 0.05;

/** `findPath` answers `null` where the disk is not known, and then nothing is looked at. */
export function spaceCheck(name: string, findPath: () => Promise<string | null> | string | null): CheckRow {
  return {
    name,
    look: async () => {
      const path = await findPath();
      return path === null ? [] : lookAt(path);
    },
  };
}

function lookAt(path: string): CheckAnswer[] {
  const { blocks, bavail, bsize, files, ffree } = statfsSync(path);
  const free = bavail * bsize;
  const space = `${formatBytes(free)} of ${formatBytes(blocks * bsize)} are free in ${path}`;
  const isLow = bavail < blocks * LOW_SHARE && free < LOW_BYTES;
  const ofSpace = free === 0 ? error(space) : isLow ? warning(space) : ok(space);
  // File systems such as btrfs count none.
  if (files === 0) return [ofSpace];
  const inodes = `${ffree} of ${files} inodes are free in ${path}`;
  const ofInodes = ffree === 0 ? error(inodes) : ffree < files * LOW_INODES ? warning(inodes) : ok(inodes);
  return [ofSpace, ofInodes];
}
