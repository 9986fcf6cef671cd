// Paths in the folder that a deployment has on its device: `./data`, or `./` for the folder itself.
// Tested in test/protocol/deployment/folder-checks.test.ts.

/** Parts with single slashes between; none is empty, `.` or `..`. */
const PARTS = String.raw`(?!\.{1,2}(?:\/|$))[^\/:\0]+(?:\/(?!\.{1,2}(?:\/|$))[^\/:\0]+)*`;
export const FOLDER_PATTERN = new RegExp(String.raw`^\.\/(?:${PARTS})?$`);
/** Where a bind begins: a path of the device, or one in the deployment's folder. */
export const BIND_SOURCE_PATTERN = new RegExp(String.raw`^(?:\/[^:\0]*|\.\/(?:${PARTS})?)$`);
/** Whether a bind source, or an item of `purge`, is in the deployment's folder. What else it asks for is of the device. */
export function isInFolder(source: string): boolean {
  return source.startsWith('./');
}

/** The names from the folder down to a path in it; none for the folder itself. */
export function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '.' && part !== '');
}

/** Whether `path` is `root` or lies below it. */
export function isWithinFolder(path: string, root: string): boolean {
  const [parts, rootParts] = [partsOf(path), partsOf(root)];
  return rootParts.every((part, index) => parts[index] === part);
}
