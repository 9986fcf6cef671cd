// The way back from a fault's path (`services.web.ports[0].target`) to its parts.
// Tested in test/lib/compose/read-compose.test.ts.

export type Path = readonly (string | number)[];

/** The parts of a path as `formatPath` in protocol/faults.ts joins them. */
export function parsePath(path: string): Path {
  const parts: (string | number)[] = [];
  for (const [, index, quoted, plain] of path.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([^.[\]]+)/g)) {
    if (index !== undefined) parts.push(Number(index));
    else if (quoted !== undefined) parts.push(String(JSON.parse(quoted)));
    else if (plain !== undefined) parts.push(plain);
  }
  return parts;
}

/** Whether `path` is `root` or lies below it. */
export function isWithin(path: Path, root: Path): boolean {
  return root.every((part, index) => path[index] === part);
}
