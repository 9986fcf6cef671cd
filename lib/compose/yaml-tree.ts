// The documents of a YAML file as plain trees that remember where each part stands. Aliases and merge keys are
// resolved, variables are put in; what cannot be is a fault with its place.
// Tested in test/lib/compose/read-compose.test.ts.
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseAllDocuments,
  type Scalar,
  type YAMLMap,
} from 'yaml';

/** A node of the tree. Offsets count UTF-16 units from the start of the file, and from where that is to begin. */
export type Yaml = YamlScalar | YamlList | YamlMap;
/** What `!reset` and `!override` do to the same part of an earlier file: take it away, stand in for it. */
type YamlTag = 'reset' | 'override';
export interface YamlScalar {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** As written, for what must not be rounded (`1.10`). */
  readonly source: string;
  readonly offset: number;
  readonly tag?: YamlTag;
}
interface YamlList {
  readonly kind: 'list';
  readonly items: readonly Yaml[];
  readonly offset: number;
  readonly tag?: YamlTag;
}
export interface YamlMap {
  readonly kind: 'map';
  readonly entries: readonly YamlEntry[];
  readonly offset: number;
  readonly tag?: YamlTag;
}
export interface YamlEntry {
  readonly key: string;
  readonly keyOffset: number;
  readonly value: Yaml;
}

export interface Position {
  readonly line: number;
  readonly column: number;
}
export type ReportAt = (offset: number, message: string) => void;
/** Changes the text of every scalar that is a string, e.g. to put variables in. */
export type TransformText = (text: string, offset: number) => string;

export interface YamlSource {
  /** One for each document. */
  readonly roots: readonly Yaml[];
  /** False when the file is no YAML: then the rest of it means nothing. */
  readonly isSound: boolean;
  /** Line and column of an offset, both from 1. */
  positionOf(offset: number): Position;
}

export interface ParseOptions {
  readonly transform: TransformText;
  readonly report: ReportAt;
  /** What the file's first character counts as. */
  readonly base?: number;
}

interface Walk {
  readonly document: Document.Parsed;
  readonly transform: TransformText;
  readonly report: ReportAt;
  readonly base: number;
  /** Nodes still allowed: aliases of aliases could ask for more than a machine has. */
  budget: number;
}

/** What a node lies in: where that begins, and how deep it is. */
interface Above {
  readonly offset: number;
  readonly depth: number;
}

const MAX_NODES = 20_000;
const MAX_DEPTH = 64;
const TOO_MUCH = 'too deep, or too many nodes';
/** What V8 says, and the parser tells as a fault of the file. */
const STACK_IS_FULL = 'Maximum call stack size exceeded';

/** Parses the documents of a file. Faults go to `report`; the trees hold what could be read. */
export function parseYaml(text: string, { transform, report, base = 0 }: ParseOptions): YamlSource {
  const lineCounter = new LineCounter();
  const documents = parseUnlessTooDeep(text, lineCounter);
  const positionOf = (offset: number): Position => {
    const { line, col } = lineCounter.linePos(offset - base);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  if (documents === null) {
    report(base, TOO_MUCH);
    return { roots: [], isSound: false, positionOf };
  }
  const roots = documents.map((document) => {
    tellProblems(document, report, base);
    const walk = { document, transform, report, base, budget: MAX_NODES };
    return convertNode(document.contents, { offset: base, depth: 0 }, walk);
  });
  return { roots, isSound: documents.every(({ errors }) => errors.length === 0), positionOf };
}

/** The parser calls itself for each level, and has no bound but the stack's: `null` where that is reached. */
function parseUnlessTooDeep(text: string, lineCounter: LineCounter): readonly Document.Parsed[] | null {
  try {
    const documents = parseAllDocuments(text, { lineCounter, merge: true, prettyErrors: false });
    return 'empty' in documents ? [] : documents;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

const KNOWN_TAG = /^Unresolved tag: !(?:reset|override)$/;

/** A tag that is not known comes as a warning, and would be dropped silently. */
function tellProblems({ errors, warnings }: Document.Parsed, report: ReportAt, base: number): void {
  for (const { pos, message } of errors)
    report(base + pos[0], message === STACK_IS_FULL ? TOO_MUCH : withoutSource(message));
  for (const { pos, code, message } of warnings) {
    if (KNOWN_TAG.test(message)) continue;
    const isTag = code === 'TAG_RESOLVE_FAILED';
    const unknown = 'a tag that is none of Compose\'s; it knows "!reset" and "!override"';
    report(base + pos[0], isTag ? unknown : withoutSource(message));
  }
}

/** What follows the parser's last colon is a piece of the file, and could be of a secret; the place tells it too. */
function withoutSource(message: string): string {
  return message.replace(/(?<=[\w)]): [\s\S]*$/, '');
}

function convertNode(node: unknown, above: Above, walk: Walk): Yaml {
  const { depth } = above;
  walk.budget -= 1;
  if (walk.budget === 0 || depth === MAX_DEPTH) walk.report(above.offset, TOO_MUCH);
  if (walk.budget <= 0 || depth >= MAX_DEPTH) return nothing(above.offset);
  const offset = offsetOf(node, walk) ?? above.offset;
  const here = { offset, depth: depth + 1 };
  if (isAlias(node)) return convertNode(node.resolve(walk.document), here, walk);
  if (isScalar(node)) return { ...convertScalar(node, offset, walk), ...tagOf(node) };
  if (isSeq(node)) {
    const items = node.items.map((item) => convertNode(item, here, walk));
    return { kind: 'list', offset, items, ...tagOf(node) };
  }
  if (isMap(node)) return { ...convertMap(node, here, walk), ...tagOf(node) };
  return nothing(above.offset);
}

function tagOf({ tag }: { readonly tag?: string | undefined }): { readonly tag?: YamlTag } {
  if (tag === '!reset') return { tag: 'reset' };
  return tag === '!override' ? { tag: 'override' } : {};
}

export function nothing(offset: number): YamlScalar {
  return { kind: 'scalar', value: null, source: '', offset };
}

function convertScalar(node: Scalar, offset: number, walk: Walk): YamlScalar {
  const { value } = node;
  if (typeof value === 'string') {
    const text = walk.transform(value, offset);
    return { kind: 'scalar', value: text, source: text, offset };
  }
  if (typeof value === 'number' || typeof value === 'boolean') {
    return { kind: 'scalar', value, source: node.source ?? String(value), offset };
  }
  if (value !== null && value !== undefined) walk.report(offset, 'a value that JSON cannot say');
  return nothing(offset);
}

function convertMap(node: YAMLMap, here: Above, walk: Walk): YamlMap {
  const entries = new Map<string, YamlEntry>();
  const merged: YamlEntry[] = [];
  for (const pair of node.items) {
    const keyOffset = offsetOf(pair.key, walk) ?? here.offset;
    const value = convertNode(pair.value, { ...here, offset: keyOffset }, walk);
    if (isMergeKey(pair)) merged.push(...mergedEntries(value, walk));
    else {
      const key = isScalar(pair.key) ? String(pair.key.value) : null;
      if (key === null) walk.report(keyOffset, 'a key must be a plain word');
      else entries.set(key, { key, keyOffset, value });
    }
  }
  // A map's own keys win over merged ones, and earlier merges over later.
  for (const entry of merged) if (!entries.has(entry.key)) entries.set(entry.key, entry);
  return { kind: 'map', offset: here.offset, entries: [...entries.values()] };
}

function offsetOf(node: unknown, { base }: Walk): number | undefined {
  const isNode = isScalar(node) || isAlias(node) || isMap(node) || isSeq(node);
  const start = isNode ? node.range?.[0] : undefined;
  return start === undefined ? undefined : base + start;
}

function isMergeKey(pair: Pair): boolean {
  return isScalar(pair.key) && (pair.key.source === '<<' || pair.key.value === '<<') && isPlain(pair.key);
}

function isPlain(key: Scalar): boolean {
  return key.type === 'PLAIN' || key.type === undefined;
}

function mergedEntries(value: Yaml, walk: Walk): readonly YamlEntry[] {
  if (value.kind === 'map') return value.entries;
  if (value.kind === 'list') return value.items.flatMap((item) => mergedEntries(item, walk));
  walk.report(value.offset, '"<<" merges maps only');
  return [];
}
