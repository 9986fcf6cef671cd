// A `.json` file is a ready document: nothing is converted, only checked.
// Tested in test/fleet/ctl/commands/validate.test.ts.
import * as v from 'valibot';
import { DEPLOYMENT_SCHEMA } from '../../protocol/deployment/deployment.ts';
import { parseDeployment } from '../../protocol/deployment/parse-deployment.ts';
import { withoutByteOrderMark } from '../../protocol/payload.ts';
import { parsePath } from '../compose/paths.ts';
import { type PlacedFault, withSalt } from '../compose/read-compose.ts';
import { parseYaml, type Yaml } from '../compose/yaml-tree.ts';
import { messageOf } from '../failures/system-error.ts';

/** The content of a document; `revision` is there when the file fixes one. */
export interface ReadyContent {
  readonly name: string;
  readonly [key: string]: unknown;
}

export type ContentResult =
  | { readonly ok: true; readonly content: ReadyContent; readonly notes: readonly PlacedFault[] }
  | { readonly ok: false; readonly faults: readonly PlacedFault[] };

const objectSchema = v.record(v.string(), v.unknown());

/** Checks a ready document. `revision` and a roll-out's `salt` may be left out, and are then found by the deploy. */
export function readJsonDocument(fileText: string, name: string | undefined): ContentResult {
  const text = withoutByteOrderMark(fileText);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { ok: false, faults: [syntaxFault(text, messageOf(error))] };
  }
  if (!v.is(objectSchema, value) || Array.isArray(value)) {
    return { ok: false, faults: [{ line: 1, column: 1, path: '', message: 'expected an object' }] };
  }
  const content = name === undefined ? value : { ...value, name };
  const parsed = parseDeployment({ schema: DEPLOYMENT_SCHEMA, revision: 1, ...withSalt(content) });
  if (parsed.ok) return { ok: true, content: { ...content, name: parsed.value.document.name }, notes: [] };
  return { ok: false, faults: placeFaults(text, parsed.faults) };
}

/**
 * V8 says where in words, `… at position 12 (line 2 column 5)`, or with a quote that has ten characters before the
 * place. What is quoted could be a secret, so the quote gives the place and is left out.
 */
function syntaxFault(text: string, message: string): PlacedFault {
  const [, position] = / at position (\d+) /.exec(message) ?? [];
  const [quoted = '', lead, excerpt = ''] =
    /, (\.\.\.)?"([\s\S]*)"(?:\.\.\.)? is not valid JSON$/.exec(message) ?? [];
  const offset = Number(position ?? text.indexOf(excerpt) + (lead === undefined ? 0 : 10));
  return { ...positionIn(text, offset), path: '', message: `not JSON: ${message.replace(quoted, '')}` };
}

function positionIn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

function placeFaults(text: string, faults: readonly { path: string; message: string }[]): PlacedFault[] {
  // JSON is YAML, and the YAML reader knows where things stand.
  const source = parseYaml(text, { transform: (value) => value, report: () => undefined });
  const [root] = source.roots;
  return faults.map(({ path, message }) => ({
    ...source.positionOf(root === undefined ? 0 : offsetIn(root, parsePath(path))),
    path,
    message,
  }));
}

/** The offset of the deepest part of the path that is there. */
function offsetIn(root: Yaml, path: readonly (string | number)[]): number {
  let node = root;
  let offset = root.offset;
  for (const part of path) {
    const next = childOf(node, part);
    if (next === undefined) return offset;
    offset = next.offset;
    node = next.node;
  }
  return offset;
}

function childOf(node: Yaml, part: string | number): { node: Yaml; offset: number } | undefined {
  if (node.kind === 'list') {
    const item = typeof part === 'number' ? node.items[part] : undefined;
    return item && { node: item, offset: item.offset };
  }
  const entry = node.kind === 'map' ? node.entries.find(({ key }) => key === String(part)) : undefined;
  return entry && { node: entry.value, offset: entry.keyOffset };
}
