// What a part of the file says, as a plain value.
// Tested in test/lib/compose/read-compose.test.ts.
import type { Json } from './json.ts';
import type { Yaml } from './yaml-tree.ts';

/** The value, without what is empty; `undefined` for nothing at all. A word for a boolean is that boolean. */
export function plainOf(node: Yaml): Json | undefined {
  if (node.kind === 'scalar') {
    if (node.value === null || node.value === '') return undefined;
    if (node.value === 'true' || node.value === 'false') return node.value === 'true';
    return node.value;
  }
  if (node.kind === 'list') {
    const items = node.items.map(plainOf).filter((item) => item !== undefined);
    return items.length === 0 ? undefined : items;
  }
  const entries = node.entries.flatMap(({ key, value }): [string, Json][] => {
    const plain = plainOf(value);
    return plain === undefined ? [] : [[key, plain]];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
