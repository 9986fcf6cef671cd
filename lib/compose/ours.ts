// What is ours in a Compose file: keys under `x-holdfast`, which the document has one level up.
// Tested in test/lib/compose/update-policy.test.ts.

import { type Conversion, type Convert, convertField, entryField, type Field } from './conversion.ts';
import { describe, isEmpty, OURS } from './converters.ts';
import type { Json } from './json.ts';
import type { Yaml, YamlEntry } from './yaml-tree.ts';

/** Converts the keys of `x-holdfast` as if they stood one level up, where the document has them. */
export function hoist(
  field: Field,
  table: Readonly<Record<string, Convert>>,
  run: Conversion,
): { [key: string]: Json } {
  const block = findEntry(field.node, OURS);
  if (block === undefined || isEmpty(block.value)) return {};
  const at = [...field.at, OURS];
  if (block.value.kind !== 'map') {
    run.fault({ at, offset: block.keyOffset }, `expected a map, got ${describe(block.value)}`);
    return {};
  }
  const entries = block.value.entries.map((entry): [string, Json | undefined] => {
    const convert = Object.hasOwn(table, entry.key) ? table[entry.key] : undefined;
    const known = `it may hold ${Object.keys(table).join(' and ')}`;
    if (convert === undefined) {
      run.fault({ at: [...at, entry.key], offset: entry.keyOffset }, `unknown key of ${OURS}; ${known}`);
      return [entry.key, undefined];
    }
    return [entry.key, convertField(entryField(entry, [...field.at, entry.key]), convert, run)];
  });
  return Object.fromEntries(entries.filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

export function findEntry(node: Yaml, key: string): YamlEntry | undefined {
  return node.kind === 'map' ? node.entries.find((entry) => entry.key === key) : undefined;
}
