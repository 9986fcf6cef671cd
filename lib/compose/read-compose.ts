// From the texts of Compose files to the content of a deployment, or all its faults with line and column.
import { DEPLOYMENT_SCHEMA } from '../../protocol/deployment/deployment.ts';
import { parseDeployment } from '../../protocol/deployment/parse-deployment.ts';
import { Conversion, type ConversionOptions, type OffsetFault } from './conversion.ts';
import { interpolate } from './interpolate.ts';
import type { Json } from './json.ts';
import { entryOf } from './merge-trees.ts';
import { type Path, parsePath } from './paths.ts';
import { plainOf } from './plain-value.ts';
import { readTree } from './read-tree.ts';
import type { Place, SourceText } from './sources.ts';
import { convertTopLevel } from './top-level.ts';
import { nothing, parseYaml } from './yaml-tree.ts';

/** A fault and where in which file it lies; lines and columns count from 1. */
export interface PlacedFault extends Place {
  readonly path: string;
  readonly message: string;
}

/** A document without `schema`, `revision`, `state` and `issued_at`, which a deploy puts on. */
type DeploymentContent = { readonly name: string } & { readonly [key: string]: Json };

export type ReadResult =
  | { readonly ok: true; readonly content: DeploymentContent; readonly notes: readonly PlacedFault[] }
  | { readonly ok: false; readonly faults: readonly PlacedFault[]; readonly notes: readonly PlacedFault[] };

export interface ReadOptions extends ConversionOptions {
  /** Beats the file's `name`. */
  readonly name?: string | undefined;
  /** Used where neither says one, as Compose uses the folder's. */
  readonly fallbackName: string;
}

/** Reads Compose files, later ones over earlier ones. Faults are in the order of the files, and all are told. */
export function readCompose(files: readonly SourceText[], options: ReadOptions): ReadResult {
  const said = projectIn(files, options.variables);
  const project = projectOf(said, options);
  const variables = { ...options.variables, COMPOSE_PROJECT_NAME: project };
  const run = new Conversion({ ...options, variables, projects: [project, said ?? project] });
  const tree = readTree(files, run);
  const content = tree === null ? null : convertTopLevel(tree, run);
  if (content === null) return failed(run);
  const named = { ...content, name: project };
  checkWithProtocol(named, run);
  if (run.faults.length > 0) return failed(run);
  return { ok: true, content: named, notes: placeAll(run.notes, run) };
}

/** As Compose finds it. */
function projectOf(said: string | null, { name, variables, fallbackName }: ReadOptions): string {
  const { COMPOSE_PROJECT_NAME: given } = variables;
  if (name !== undefined) return name;
  if (given !== undefined && given !== '') return given;
  return said ?? fallbackName;
}

/** What the files call it. It may be put into them, so it is looked for before all else. */
function projectIn(files: readonly SourceText[], variables: ReadOptions['variables']): string | null {
  const silent = { fault: () => undefined, unset: () => undefined };
  const roots = files.flatMap(({ text }) => {
    const transform = (value: string): string => interpolate(value, variables, silent);
    return parseYaml(text, { transform, report: () => undefined }).roots;
  });
  const said = roots.map((root) => plainOf(entryOf(root, 'name')?.value ?? nothing(0)));
  return said.findLast((one) => typeof one === 'string') ?? null;
}

/** The protocol has the last word on every value; its faults are led back to the file. */
function checkWithProtocol(content: Readonly<Record<string, Json>>, run: Conversion): void {
  const parsed = parseDeployment({
    schema: DEPLOYMENT_SCHEMA,
    revision: 1,
    state: 'present',
    ...withSalt(content),
  });
  if (parsed.ok) return;
  for (const { path, message } of parsed.faults) {
    const parts = parsePath(path);
    const at = run.originOf(parts);
    const offset = run.offsetOf(at);
    if (!run.isTold(at, offset)) run.fault({ at, offset }, profileHint(parts, run) ?? message);
  }
}

/** What depends on a service that was left out finds no such service; the reason is another. */
function profileHint(at: Path, run: Conversion): string | null {
  const [, , key, name] = at;
  if (at.length === 1 && at[0] === 'services' && run.leavesOut)
    return 'every service is of a profile that is not asked for; give --profile';
  const isLeftOut = key === 'depends_on' && typeof name === 'string' && run.isLeftOut(name);
  return isLeftOut ? `"${name}" is left out, as none of its profiles is asked for; give --profile` : null;
}

/** A roll-out without a salt is given one at the deploy, when the revision is known. */
export function withSalt(content: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { rollout } = content;
  const isObject = typeof rollout === 'object' && rollout !== null && !Array.isArray(rollout);
  return isObject ? { ...content, rollout: { salt: 'unset', ...rollout } } : content;
}

function failed(run: Conversion): ReadResult {
  return { ok: false, faults: placeAll(run.faults, run), notes: placeAll(run.notes, run) };
}

function placeAll(faults: readonly OffsetFault[], { sources }: Conversion): PlacedFault[] {
  const inOrder = [...faults].sort((one, other) => one.offset - other.offset);
  const placed = inOrder.map(({ offset, path, message }) => ({ ...sources.placeOf(offset), path, message }));
  // An anchor's text is read once per alias, and told once.
  const seen = new Set<string>();
  return placed.filter((fault) => {
    const key = JSON.stringify(fault);
    return seen.has(key) ? false : seen.add(key) !== undefined;
  });
}
