// From the texts of one or several Compose files to one tree: documents and files are merged, `extends` and `include`
// are followed. Source: the Compose specification, 13-merge.md and 14-include.md, and what Compose 2.26 makes of it.
// Tested in test/lib/compose/spec-table.test.ts.
import { posix } from 'node:path';
import type { Conversion } from './conversion.ts';
import { describe } from './converters.ts';
import { envValues } from './env-values.ts';
import { interpolate, type Variables } from './interpolate.ts';
import { entryOf, mergeTrees, withEntry, withoutEntry } from './merge-trees.ts';
import type { SourceText } from './sources.ts';
import { nothing, parseYaml, type Yaml, type YamlMap } from './yaml-tree.ts';

/** How deep files may name each other: more is a ring. */
const MAX_NESTING = 16;

interface ReadContext {
  readonly run: Conversion;
  readonly variables: Variables;
  /** From the project's folder. */
  readonly folder: string;
  readonly nesting: number;
}

/** The tree of all files, later ones over earlier ones; `null` where one is no YAML. */
export function readTree(files: readonly SourceText[], run: Conversion): Yaml | null {
  return readFiles(files, { run, variables: run.variables, folder: '', nesting: 0 });
}

function readFiles(files: readonly SourceText[], around: ReadContext): Yaml | null {
  const trees = files.map((file) => readFile(file, around));
  const roots = trees.flatMap((tree) => tree ?? []);
  if (trees.includes(null)) return null;
  const [first = nothing(0), ...others] = roots;
  return others.reduce(
    (merged, over) => mergeTrees(merged, over, []),
    mergeTrees(nothing(first.offset), first, []),
  );
}

/** The trees of a file's documents, each with what it extends and includes. */
function readFile(source: SourceText, around: ReadContext): Yaml[] | null {
  const roots = parseFile(source, around);
  return roots === null ? null : roots.map((root) => includeFiles(extendServices(root, around), around));
}

function parseFile(source: SourceText, { run, variables, folder }: ReadContext): Yaml[] | null {
  const base = run.sources.reserve(source);
  const { roots, isSound, positionOf } = parseYaml(source.text, {
    transform: (text, offset) => interpolateAt(text, offset, { run, variables }),
    report: (offset, message) => run.fault({ at: [], offset }, message),
    base,
  });
  run.sources.add({ base, file: source.file, folder, positionOf });
  return isSound ? [...roots] : null;
}

const OF_THIS_MACHINE = new Set(['HOME', 'PWD']);

function interpolateAt(
  text: string,
  offset: number,
  { run, variables }: Pick<ReadContext, 'run' | 'variables'>,
): string {
  const place = { at: [], offset };
  return interpolate(text, variables, {
    fault: (message) => run.fault(place, message),
    unset: (name) => run.note(place, `the variable ${name} is not set; an empty text stands in for it`),
    used: (name) => {
      if (!OF_THIS_MACHINE.has(name)) return;
      run.noteLocal(offset, name);
      run.note(place, `${name} is that of where holdfastctl runs, and not the device's`);
    },
  });
}

/** Another file, by the path that is written at an offset. */
function readOther(
  path: string,
  offset: number,
  around: ReadContext,
): { files: SourceText; folder: string } | null {
  const { run } = around;
  const whole = run.resolve(path, offset);
  const file = run.beside.read(whole);
  if (!file.ok || around.nesting >= MAX_NESTING) {
    const why = file.ok ? 'files name each other in a ring' : file.message;
    run.fault({ at: [], offset }, `"${path}" cannot be read: ${why}`);
    return null;
  }
  const folder = posix.dirname(posix.normalize(whole));
  return { files: { file: whole, text: file.text }, folder: folder === '.' ? '' : folder };
}

function extendServices(root: Yaml, around: ReadContext): Yaml {
  const services = entryOf(root, 'services');
  if (root.kind !== 'map' || services?.value.kind !== 'map') return root;
  const own = services.value;
  const entries = own.entries.map((entry) => ({
    ...entry,
    value: extendService(entry.value, { siblings: own, around, seen: [entry.key] }),
  }));
  return withEntry(root, { ...services, value: { ...own, entries } });
}

interface Extending {
  /** All services of the same file. */
  readonly siblings: YamlMap;
  readonly around: ReadContext;
  /** Names on the way here, within the file. */
  readonly seen: readonly string[];
}

function extendService(service: Yaml, extending: Extending): Yaml {
  const asked = entryOf(service, 'extends');
  if (asked === undefined || service.kind !== 'map') return service;
  const base = baseOf(asked.value, asked.keyOffset, extending);
  const own = withoutEntry(service, 'extends');
  return base === null ? own : mergeTrees(base, own, ['services', '*']);
}

function baseOf(asked: Yaml, offset: number, { siblings, around, seen }: Extending): Yaml | null {
  const { run } = around;
  const refuse = (message: string): null => {
    run.fault({ at: [], offset }, message);
    return null;
  };
  const name = wordOf(asked) ?? wordOf(entryOf(asked, 'service')?.value);
  const file = entryOf(asked, 'file')?.value;
  const path = wordOf(file);
  if (name === null) return refuse(`expected the service to extend, got ${describe(asked)}`);
  if (path === null) {
    if (seen.includes(name)) return refuse(`"${name}" extends itself in a ring`);
    const base = entryOf(siblings, name)?.value;
    if (base === undefined) return refuse(`no service "${name}" to extend`);
    return extendService(base, { siblings, around, seen: [...seen, name] });
  }
  const other = readOther(path, file?.offset ?? offset, around);
  if (other === null) return null;
  const inside: ReadContext = { ...around, folder: other.folder, nesting: around.nesting + 1 };
  const [root] = parseFile(other.files, inside) ?? [];
  const services = entryOf(root, 'services')?.value;
  const base = entryOf(services, name)?.value;
  if (services?.kind !== 'map' || base === undefined) return refuse(`no service "${name}" in "${path}"`);
  return extendService(base, { siblings: services, around: inside, seen: [name] });
}

const IMPORTED = ['services', 'volumes', 'networks', 'configs', 'secrets'];

function includeFiles(root: Yaml, around: ReadContext): Yaml {
  const asked = entryOf(root, 'include');
  if (asked === undefined || root.kind !== 'map') return root;
  const items = asked.value.kind === 'list' ? asked.value.items : [asked.value];
  const trees = items.flatMap((item) => includeOne(item, around) ?? []);
  return trees.reduce<Yaml>((tree, other) => importAll(tree, other, around), withoutEntry(root, 'include'));
}

function includeOne(item: Yaml, around: ReadContext): Yaml | null {
  const { run } = around;
  const paths = pathsOf(item.kind === 'map' ? entryOf(item, 'path')?.value : item);
  const folderNode = entryOf(item, 'project_directory')?.value;
  const others = paths.map((node) => readOther(String(node.value), node.offset, around));
  const files = others.flatMap((other) => (other === null ? [] : [other.files]));
  if (paths.length === 0)
    run.fault({ at: [], offset: item.offset }, `expected a path, got ${describe(item)}`);
  if (files.length === 0 || files.length < paths.length) return null;
  const said = wordOf(folderNode);
  const folder = said === null ? (others[0]?.folder ?? '') : run.resolve(said, item.offset);
  const envFiles = pathsOf(entryOf(item, 'env_file')?.value).map((node) =>
    run.resolve(String(node.value), node.offset),
  );
  const variables = withEnvFiles(envFiles.length > 0 ? envFiles : [posix.join(folder, '.env')], around);
  return readFiles(files, { run, variables, folder, nesting: around.nesting + 1 });
}

/** The variables of an included project: its own file of them stands behind what is set already. */
function withEnvFiles(paths: readonly string[], { run, variables }: ReadContext): Variables {
  const own = new Map<string, string>();
  for (const path of paths) {
    const file = run.beside.read(path);
    if (!file.ok) continue;
    const values = envValues(file.text, {
      isRaw: false,
      lookUp: (above) => ({ ...above, ...variables }),
      report: {
        fault: (line, message) => run.fault({ at: [], offset: 0 }, `"${path}" line ${line}: ${message}`),
        unset: () => undefined,
      },
    });
    for (const [name, value] of values) own.set(name, value);
  }
  return { ...Object.fromEntries(own), ...variables };
}

/** What both have must be the same in both. */
function importAll(tree: Yaml, other: Yaml, { run }: ReadContext): Yaml {
  if (tree.kind !== 'map' || other.kind !== 'map') return tree;
  return IMPORTED.reduce<YamlMap>((merged, kind) => {
    const theirs = entryOf(other, kind);
    if (theirs?.value.kind !== 'map') return merged;
    const ours = entryOf(merged, kind)?.value;
    const known = ours?.kind === 'map' ? ours.entries : [];
    for (const { key, keyOffset } of known) {
      if (theirs.value.entries.some((entry) => entry.key === key))
        run.fault({ at: [kind, key], offset: keyOffset }, `an included file has "${key}" too`);
    }
    const entries = [
      ...theirs.value.entries.filter(({ key }) => !known.some((own) => own.key === key)),
      ...known,
    ];
    return withEntry(merged, { ...theirs, value: { ...theirs.value, entries } });
  }, tree);
}

function wordOf(node: Yaml | undefined): string | null {
  return node?.kind === 'scalar' && node.value !== null ? String(node.value) : null;
}

function pathsOf(node: Yaml | undefined): Extract<Yaml, { kind: 'scalar' }>[] {
  if (node === undefined) return [];
  const items = node.kind === 'list' ? node.items : [node];
  return items.flatMap((item) => (item.kind === 'scalar' && item.value !== null ? [item] : []));
}
