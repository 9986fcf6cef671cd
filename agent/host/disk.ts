// Space on the file system that holds a folder.
// Tested in test/agent/host/linux-host.test.ts.
import { statfsSync } from 'node:fs';
import path from 'node:path';

export interface DiskSpace {
  readonly totalBytes: number;
  /** What a process without privileges may still write. */
  readonly availableBytes: number;
}

/** What may still be written there; `null` when it is not there or cannot be asked. */
export function readFreeBytes(directory: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize;
  } catch {
    return null;
  }
}

/** For a folder that is not there yet, its nearest parent's; zeros when even that cannot be asked. */
export function readDiskSpace(directory: string): DiskSpace {
  try {
    const { blocks, bavail, bsize } = statfsSync(directory);
    return { totalBytes: blocks * bsize, availableBytes: bavail * bsize };
  } catch {
    const parent = path.dirname(directory);
    return parent === directory ? { totalBytes: 0, availableBytes: 0 } : readDiskSpace(parent);
  }
}
