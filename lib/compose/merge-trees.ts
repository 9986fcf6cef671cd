// One Compose file over another, as Compose 2.26 has it: maps are joined, lists are put behind each other, and some
// parts have rules of their own. Source: the Compose specification, 13-merge.md.
// Tested in test/lib/compose/merge.test.ts.
import { posix } from 'node:path';
import { scalarText } from './converters.ts';
import type { Yaml, YamlEntry, YamlMap } from './yaml-tree.ts';

type Path = readonly string[];
type Rule = (base: Yaml, over: Yaml, path: Path) => Yaml;

/** By the path with `*` for a name. */
const RULES: readonly (readonly [RegExp, Rule])[] = [
  [/^services\.\*\.(?:command|entrypoint|healthcheck\.test)$/, (_base, over) => over],
  [/^services\.\*\.(?:environment|labels|annotations|sysctls|deploy\.labels)$/, joinNamed],
  [/^(?:networks|volumes)\.\*\.labels$/, joinNamed],
  [/^services\.\*\.(?:networks|depends_on)$/, (base, over, path) => joinMaps(asMap(base), asMap(over), path)],
  [/^services\.\*\.(?:dns|dns_opt|dns_search|tmpfs|env_file)$/, (base, over) => joinOnce(base, over, textOf)],
  [
    /^services\.\*\.(?:cap_add|cap_drop|expose|links|profiles|networks\.\*\.aliases)$/,
    (base, over) => joinOnce(base, over, textOf),
  ],
  [/^services\.\*\.(?:volumes|configs|secrets)$/, (base, over) => joinOnce(base, over, targetOf)],
  [/^services\.\*\.extra_hosts$/, (base, over) => joinOnce(base, over, textOf)],
  [
    /^services\.\*\.ulimits\.\*$/,
    (base, over, path) => (isBoth('map', base, over) ? joinMaps(base, over, path) : over),
  ],
  [/^services\.\*\.logging$/, joinLogging],
  [
    /^services\.\*\.build$/,
    (base, over, path) => (isBoth('map', base, over) ? joinMaps(base, over, path) : over),
  ],
];

/** Names of the user's own stand below these. */
const NAMED = /^(?:services|networks|volumes|configs|secrets|services\.\*\.(?:networks|ulimits|depends_on))$/;

/** The tree of both; tags have been heeded then. */
export function mergeTrees(base: Yaml, over: Yaml, path: Path): Yaml {
  if (over.tag === 'override') return mergeTrees(emptyOf(over), withoutTag(over), path);
  const rule = RULES.find(([pattern]) => pattern.test(path.join('.')))?.[1];
  if (isNothing(over)) return base;
  if (isNothing(base)) return over.kind === 'map' ? joinMaps(emptyOf(over), over, path) : over;
  if (rule !== undefined) return rule(base, over, path);
  if (isBoth('map', base, over)) return joinMaps(base, over, path);
  if (base.kind === 'list' && over.kind === 'list') return { ...over, items: [...base.items, ...over.items] };
  return over;
}

function joinMaps(base: Yaml, over: Yaml, path: Path): Yaml {
  if (base.kind !== 'map' || over.kind !== 'map') return over;
  const joined = new Map(base.entries.map((entry) => [entry.key, entry]));
  for (const entry of over.entries) {
    const below = [...path, NAMED.test(path.join('.')) ? '*' : entry.key];
    const before = joined.get(entry.key)?.value ?? emptyOf(entry.value);
    if (entry.value.tag === 'reset') joined.delete(entry.key);
    else joined.set(entry.key, { ...entry, value: mergeTrees(before, entry.value, below) });
  }
  return { ...over, entries: [...joined.values()] };
}

/** Maps of texts, or lists of `NAME=value`: by name. */
function joinNamed(base: Yaml, over: Yaml, path: Path): Yaml {
  return joinMaps(asMap(base), asMap(over), path);
}

/** A list of names, or of `NAME=value`, as the map that it stands for. */
function asMap(node: Yaml): Yaml {
  if (node.kind !== 'list') return node;
  const entries = node.items.map((item): YamlEntry => {
    const written = textOf(item);
    const equals = written.indexOf('=');
    const key = equals === -1 ? written : written.slice(0, equals);
    const value = equals === -1 ? null : written.slice(equals + 1);
    const { offset } = item;
    return { key, keyOffset: offset, value: { kind: 'scalar', value, source: value ?? '', offset } };
  });
  return { kind: 'map', offset: node.offset, entries };
}

/** Both lists, or texts that stand for lists of one; of items that have the same name the later counts. */
function joinOnce(base: Yaml, over: Yaml, nameOf: (item: Yaml) => string): Yaml {
  const items = new Map<string, Yaml>();
  for (const item of [...itemsOf(base), ...itemsOf(over)]) items.set(nameOf(item), item);
  return { kind: 'list', offset: over.offset, items: [...items.values()] };
}

/** Options of another driver are none of this one's. */
function joinLogging(base: Yaml, over: Yaml, path: Path): Yaml {
  const driverOf = (node: Yaml): string => textOf(entryOf(node, 'driver')?.value);
  const isSame = driverOf(base) === '' || driverOf(over) === '' || driverOf(base) === driverOf(over);
  return isSame ? joinMaps(base, over, path) : over;
}

function itemsOf(node: Yaml): readonly Yaml[] {
  if (node.kind === 'list') return node.items;
  if (node.kind === 'scalar') return [node];
  return node.entries.flatMap(({ key, keyOffset, value }) => {
    const values = value.kind === 'list' ? value.items : [value];
    return values.map((one): Yaml => {
      const text = `${key}=${textOf(one)}`;
      return { kind: 'scalar', value: text, source: text, offset: keyOffset };
    });
  });
}

function textOf(node: Yaml | undefined): string {
  if (node === undefined) return '';
  if (node.kind === 'scalar') return scalarText(node);
  return textOf(entryOf(node, 'path')?.value);
}

/** Where a mount or file is found. */
function targetOf(item: Yaml): string {
  if (item.kind !== 'scalar')
    return textOf(entryOf(item, 'target')?.value) || textOf(entryOf(item, 'source')?.value);
  const [first = '', second] = textOf(item).split(':');
  return posix.normalize(second ?? first).replace(/(?<=.)\/$/, '');
}

function isBoth(kind: Yaml['kind'], base: Yaml, over: Yaml): boolean {
  return base.kind === kind && over.kind === kind;
}

function isNothing(node: Yaml): boolean {
  return node.kind === 'scalar' && node.value === null;
}

function emptyOf({ kind, offset }: Yaml): Yaml {
  return kind === 'map' ? { kind, offset, entries: [] } : { kind: 'scalar', value: null, source: '', offset };
}

function withoutTag(node: Yaml): Yaml {
  const { tag: _, ...rest } = node;
  return rest;
}

export function entryOf(node: Yaml | undefined, key: string): YamlEntry | undefined {
  return node?.kind === 'map' ? node.entries.find((entry) => entry.key === key) : undefined;
}

export function withEntry(map: YamlMap, entry: YamlEntry): YamlMap {
  const isThere = map.entries.some(({ key }) => key === entry.key);
  const entries = map.entries.map((one) => (one.key === entry.key ? entry : one));
  return { ...map, entries: isThere ? entries : [...entries, entry] };
}

export function withoutEntry(map: YamlMap, key: string): YamlMap {
  return { ...map, entries: map.entries.filter((entry) => entry.key !== key) };
}
