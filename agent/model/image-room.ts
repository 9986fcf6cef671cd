// How much of a disk an image takes.
// Tested in test/agent/docker/engine-lines.test.ts.

/** A layer unpacks to two or three times its size, and its download lies beside it until then. */
export const DISK_PER_BYTE = 3;
