// A YAML file as a plain tree that remembers where each part stands. Aliases and merge keys are resolved,
// variables are put in; what cannot be is a fault with its place.
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  type Scalar,
  type YAMLMap,
} from 'yaml';

/** A node of the tree. Offsets count UTF-16 units from the start of the file. */
export type Yaml = YamlScalar | YamlList | YamlMap;
interface YamlScalar {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** As written, for what must not be rounded (`1.10`). */
  readonly source: string;
  readonly offset: number;
}
interface YamlList {
  readonly kind: 'list';
  readonly items: readonly Yaml[];
  readonly offset: number;
}
export interface YamlMap {
  readonly kind: 'map';
  readonly entries: readonly YamlEntry[];
  readonly offset: number;
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
  readonly root: Yaml;
  /** False when the file is no YAML: then the rest of it means nothing. */
  readonly isSound: boolean;
  /** Line and column of an offset, both from 1. */
  positionOf(offset: number): Position;
}

interface Walk {
  readonly document: Document.Parsed;
  readonly transform: TransformText;
  readonly report: ReportAt;
  /** Nodes still allowed: aliases of aliases could ask for more than a machine has. */
  budget: number;
}

const MAX_NODES = 20_000;
const MAX_DEPTH = 64;
const TOO_MUCH = 'too deep, or too many nodes';
/** What V8 says, and the parser tells as a fault of the file. */
const STACK_IS_FULL = 'Maximum call stack size exceeded';

/** Parses one YAML document. Faults go to `report`; the tree holds what could be read. */
export function parseYaml(text: string, transform: TransformText, report: ReportAt): YamlSource {
  const lineCounter = new LineCounter();
  const document = parseUnlessTooDeep(text, lineCounter);
  const positionOf = (offset: number): Position => {
    const { line, col } = lineCounter.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  if (document === null) {
    report(0, TOO_MUCH);
    return { root: nothing(0), isSound: false, positionOf };
  }
  // Unresolved tags (`!reset`) come as warnings, and would be dropped silently.
  for (const { pos, message } of [...document.errors, ...document.warnings])
    report(pos[0], message === STACK_IS_FULL ? TOO_MUCH : withoutSource(message));
  const walk: Walk = { document, transform, report, budget: MAX_NODES };
  const root = convertNode(document.contents, 0, 0, walk);
  return { root, isSound: document.errors.length === 0, positionOf };
}

/** The parser calls itself for each level, and has no bound but the stack's: `null` where that is reached. */
function parseUnlessTooDeep(text: string, lineCounter: LineCounter): Document.Parsed | null {
  try {
    return parseDocument(text, { lineCounter, merge: true, prettyErrors: false });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** What follows the parser's last colon is a piece of the file, and could be of a secret; the place tells it too. */
function withoutSource(message: string): string {
  return message.replace(/(?<=[\w)]): [\s\S]*$/, '');
}

function convertNode(node: unknown, fallbackOffset: number, depth: number, walk: Walk): Yaml {
  walk.budget -= 1;
  if (walk.budget === 0 || depth === MAX_DEPTH) walk.report(fallbackOffset, TOO_MUCH);
  if (walk.budget <= 0 || depth >= MAX_DEPTH) return nothing(fallbackOffset);
  if (isAlias(node)) {
    const offset = node.range?.[0] ?? fallbackOffset;
    return convertNode(node.resolve(walk.document), offset, depth + 1, walk);
  }
  if (isScalar(node)) return convertScalar(node, fallbackOffset, walk);
  if (isSeq(node)) {
    const offset = node.range?.[0] ?? fallbackOffset;
    return {
      kind: 'list',
      offset,
      items: node.items.map((item) => convertNode(item, offset, depth + 1, walk)),
    };
  }
  if (isMap(node)) return convertMap(node, fallbackOffset, depth, walk);
  return nothing(fallbackOffset);
}

function nothing(offset: number): YamlScalar {
  return { kind: 'scalar', value: null, source: '', offset };
}

function convertScalar(node: Scalar, fallbackOffset: number, walk: Walk): YamlScalar {
  const offset = node.range?.[0] ?? fallbackOffset;
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

function convertMap(node: YAMLMap, fallbackOffset: number, depth: number, walk: Walk): YamlMap {
  const offset = node.range?.[0] ?? fallbackOffset;
  const entries = new Map<string, YamlEntry>();
  const merged: YamlEntry[] = [];
  for (const pair of node.items) {
    const keyOffset = offsetOf(pair.key) ?? offset;
    const value = convertNode(pair.value, keyOffset, depth + 1, walk);
    if (isMergeKey(pair)) merged.push(...mergedEntries(value, walk));
    else {
      const key = isScalar(pair.key) ? String(pair.key.value) : null;
      if (key === null) walk.report(keyOffset, 'a key must be a plain word');
      else entries.set(key, { key, keyOffset, value });
    }
  }
  // A map's own keys win over merged ones, and earlier merges over later.
  for (const entry of merged) if (!entries.has(entry.key)) entries.set(entry.key, entry);
  return { kind: 'map', offset, entries: [...entries.values()] };
}

function offsetOf(key: unknown): number | undefined {
  return isScalar(key) || isAlias(key) || isMap(key) || isSeq(key) ? key.range?.[0] : undefined;
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
