// Small converters that the tables of `service-keys.ts` and `top-level.ts` are put together from.
// Tested in test/lib/compose/meaning.test.ts.

import { nearestName } from '../render/nearest-name.ts';
import { type Conversion, type Convert, convertField, entryField, type Field } from './conversion.ts';
import type { Json } from './json.ts';
import { plainOf } from './plain-value.ts';
import type { Yaml, YamlMap } from './yaml-tree.ts';

export type ConvertTable = Readonly<Record<string, Convert>>;
/** Why a key that Compose knows is not carried out, and what to do instead. */
export type RefusedKeys = Readonly<Record<string, string>>;

/** A scalar as text: numbers and booleans become strings, as Compose has it. */
export const text: Convert = (field, run) => {
  const { node } = field;
  if (node.kind !== 'scalar') return run.fault(field, `expected a text, got ${describe(node)}`);
  if (node.value === null) return undefined;
  if (octalIn(node) === null) return scalarText(node);
  return run.fault(field, `${node.source} is ${scalarText(node)} in YAML; put it in quotes`);
};

/** A text that says nothing where it is empty, as a variable that is not set leaves it. */
export const filled: Convert = (field, run) => {
  const value = text(field, run);
  return value === '' ? undefined : value;
};

/** A number, also in quotes or from a variable. */
export const number: Convert = (field, run) => {
  const { node } = field;
  if (node.kind !== 'scalar') return run.fault(field, `expected a number, got ${describe(node)}`);
  if (typeof node.value === 'number') return octalIn(node) ?? node.value;
  if (node.value === null) return undefined;
  const value = typeof node.value === 'string' && node.value.trim() !== '' ? Number(node.value) : Number.NaN;
  return Number.isFinite(value) ? value : run.fault(field, `expected a number, got ${describe(node)}`);
};

/** As Compose reads them, also from a variable. */
const BOOLEANS = new Map<string, boolean>([
  ...['true', 'yes', 'y', 'on'].map((word): [string, boolean] => [word, true]),
  ...['false', 'no', 'n', 'off'].map((word): [string, boolean] => [word, false]),
]);

/** `true` or `false`, and the words that YAML once had for them. */
export const boolean: Convert = (field, run) => {
  const { node } = field;
  if (isEmpty(node)) return undefined;
  const value = node.kind === 'scalar' ? BOOLEANS.get(String(node.value).toLowerCase()) : undefined;
  return value ?? run.fault(field, `expected true or false, got ${describe(node)}`);
};

/** A file mode: in quotes, or a number that begins with a 0. What else is written may mean either. */
export const octal: Convert = (field, run) => {
  const { node } = field;
  if (isEmpty(node)) return undefined;
  const written = node.kind === 'scalar' ? node.source : '';
  const [, digits] = /^0o?([0-7]+)$/.exec(written) ?? [];
  if (digits !== undefined) return digits.padStart(4, '0');
  if (node.kind === 'scalar' && typeof node.value === 'string') return node.value;
  return run.fault(field, `expected an octal mode such as "0755" in quotes, got ${describe(node)}`);
};

/** Anything, as it stands: for a key whose schema says enough; `text`, `number` and `boolean` are kinder to variables. */
const asIs: Convert = (field, run) => {
  const { node, at } = field;
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return listOf(asIs)(field, run);
  return convertEntries({ node, at }, () => asIs, run);
};

/** A list, every item converted alike; the wire's lists never hold `null`. */
export function listOf(convert: Convert): Convert {
  return flatListOf((field, run) => {
    const item = convert(field, run);
    return item === undefined ? [] : [item];
  });
}

/** A list whose items may each stand for several, or for none. */
export function flatListOf(convert: (field: Field, run: Conversion) => readonly Json[]): Convert {
  return (field, run) => {
    const { node } = field;
    if (isEmpty(node)) return undefined;
    if (node.kind !== 'list') return run.fault(field, `expected a list, got ${describe(node)}`);
    const items: Json[] = [];
    for (const [index, item] of node.items.entries()) {
      const at = [...field.at, index];
      run.place(at, item.offset);
      for (const long of convert({ node: item, at, offset: item.offset }, run)) {
        run.land([...field.at, items.length], at);
        items.push(long);
      }
    }
    return items;
  };
}

/** A map with free keys, every value converted alike. */
export function mapOf(convert: Convert): Convert {
  return (field, run) => {
    if (isEmpty(field.node)) return undefined;
    if (field.node.kind !== 'map') return run.fault(field, `expected a map, got ${describe(field.node)}`);
    return convertEntries({ node: field.node, at: field.at }, () => convert, run);
  };
}

/** A map with known keys. `null` is what an empty block in YAML reads as, and means an empty map. */
export function shape(table: ConvertTable, refused: RefusedKeys = {}): Convert {
  return (field, run) => {
    if (isEmpty(field.node)) return {};
    if (field.node.kind !== 'map') return run.fault(field, `expected a map, got ${describe(field.node)}`);
    const { node, at } = field;
    return convertEntries({ node, at }, (key) => tableEntry(key, table, refused), run);
  };
}

/** Where a file says what is Holdfast's alone. */
export const OURS = 'x-holdfast';

/** The converter of a key: Compose ignores `x-…`, and what the table lacks is refused by name. */
function tableEntry(key: string, table: ConvertTable, refused: RefusedKeys): Convert {
  if (Object.hasOwn(table, key)) return table[key] ?? asIs;
  const isOurs = Object.hasOwn(table, OURS) && nearestName(key, [OURS]) !== null;
  if (key.startsWith('x-')) return isOurs ? unknownKey(key, [OURS]) : () => undefined;
  const hint = Object.hasOwn(refused, key) ? refused[key] : undefined;
  if (hint === undefined) return unknownKey(key, [...Object.keys(table), ...Object.keys(refused)]);
  return ({ node, at, offset, keyOffset = offset }, run) => {
    // What is empty, or switched off, asks for nothing.
    const given = plainOf(node);
    if (given === undefined || given === false) return undefined;
    return run.fault({ at, offset: keyOffset }, `"${key}" is not carried out by Holdfast: ${hint}`);
  };
}

function unknownKey(key: string, known: readonly string[]): Convert {
  const nearest = nearestName(key, known);
  const advice = nearest === null ? '' : `; did you mean "${nearest}"?`;
  return ({ at, offset, keyOffset = offset }, run) =>
    run.fault({ at, offset: keyOffset }, `"${key}" is no key that stands here${advice}`);
}

function convertEntries(
  { node, at }: { readonly node: YamlMap; readonly at: Field['at'] },
  converterOf: (key: string) => Convert,
  run: Conversion,
): { [key: string]: Json } {
  const entries: [string, Json][] = [];
  for (const entry of node.entries) {
    const value = convertField(entryField(entry, [...at, entry.key]), converterOf(entry.key), run);
    if (value !== undefined) entries.push([entry.key, value]);
  }
  // fromEntries defines own properties, so that a key `__proto__` is a key like any other.
  return Object.fromEntries(entries);
}

export function isEmpty(node: Yaml): boolean {
  return node.kind === 'scalar' && node.value === null;
}

type Scalar = Extract<Yaml, { kind: 'scalar' }>;

/** A scalar's text; a decimal number as it is written, so that `1.10` and long ids stay whole. */
export function scalarText(node: Scalar): string {
  const isDecimal = typeof node.value === 'number' && /^-?(0|[1-9]\d*)(\.\d+)?$/.test(node.source);
  return isDecimal ? node.source : String(octalIn(node) ?? node.value ?? '');
}

/** What a number with a 0 before means to Compose, which reads YAML of old: `022` is 18. */
export function octalIn({ value, source }: Scalar): number | null {
  const [, sign, digits] = /^([-+]?)0([0-7]+)$/.exec(source) ?? [];
  if (typeof value !== 'number' || digits === undefined) return null;
  return Number(`${sign}1`) * Number.parseInt(digits, 8);
}

export function describe(node: Yaml): string {
  if (node.kind !== 'scalar') return node.kind === 'list' ? 'a list' : 'a map';
  return typeof node.value === 'string' ? JSON.stringify(node.value.slice(0, 60)) : String(node.value);
}
