// Faults are how bad input is answered: every fault of a value, each with the path where it lies.
import * as v from 'valibot';
import { cutText } from './values/text.ts';

/** One fault of a document. `path` is dotted (`services.web.ports[0].target`), empty for the whole. */
export interface Fault {
  readonly path: string;
  readonly message: string;
}

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** A key, or a value that is quoted, may be as long as the document. */
const MAX_PART_LENGTH = 80;
const MAX_QUOTED = 60;
/** More than any check of ours says of a good name. */
const MAX_MESSAGE_LENGTH = 200;

/** Joins path parts the way people write them; a part that is no plain name is quoted, and a long one is cut. */
export function formatPath(parts: readonly (string | number)[]): string {
  let path = '';
  for (const whole of parts) {
    const part = typeof whole === 'number' ? whole : cut(whole, MAX_PART_LENGTH);
    if (typeof part === 'number') path += `[${part}]`;
    else if (/^[A-Za-z0-9_-]+$/.test(part)) path += path === '' ? part : `.${part}`;
    else path += `[${JSON.stringify(part)}]`;
  }
  return path;
}

type Schema<T> = v.BaseSchema<unknown, T, v.BaseIssue<unknown>>;

/**
 * Validates `value` whole and lists all its faults, not just the first. `check` adds what the schema cannot
 * say; it runs where all types are right, also when a pattern or a range is not kept.
 */
export function parseWith<T>(
  schema: Schema<T>,
  value: unknown,
  check: (output: T) => readonly Fault[] = () => [],
): Parsed<T> {
  const result = v.safeParse(schema, value);
  const faults = (result.issues ?? []).map(toFault);
  const told = new Set(faults.map(({ path }) => path));
  if (result.typed)
    faults.push(
      ...check(result.output)
        .filter(({ path }) => !told.has(path))
        .map(shorten),
    );
  if (result.success && faults.length === 0) return { ok: true, value: result.output };
  return { ok: false, faults: faults.map(withoutValue) };
}

/** `environment["TOKEN=1234"]`, as somebody has it who turns Compose's list into an object: the name alone is told. */
function withoutValue({ path, message }: Fault): Fault {
  const told = path.replace(/(\["(?:[^"\\=]|\\.)*=)(?:[^"\\]|\\.)*(?="\])/g, '$1...');
  return { path: told, message };
}

/** A check quotes names and values also where they are too long to be good. */
function shorten({ path, message }: Fault): Fault {
  return { path, message: cut(message, MAX_MESSAGE_LENGTH) };
}

function toFault(issue: v.BaseIssue<unknown>): Fault {
  const parts = (issue.path ?? []).map((item) =>
    typeof item.key === 'number' ? item.key : String(item.key),
  );
  return { path: formatPath(parts), message: describe(issue, isPrivate(parts)) };
}

/** Contents of files are told of by name alone. */
const PRIVATE_TOPS: readonly unknown[] = ['secrets', 'configs'];
/** What an application is given to read as it likes: a token, or a password, as often as not. */
const PRIVATE_FIELDS: readonly unknown[] = [
  ...['environment', 'command', 'entrypoint', 'labels'],
  // Of logging, of a volume, and of a health check.
  ...['options', 'driver_opts', 'test'],
];

/** A fault travels in statuses and logs, so what may be a secret is never quoted. */
function isPrivate(parts: readonly (string | number)[]): boolean {
  // The second is a name: a service may well be called "test".
  const fields = parts.slice(2);
  return PRIVATE_TOPS.includes(parts[0]) || fields.some((part) => PRIVATE_FIELDS.includes(part));
}

function describe(issue: v.BaseIssue<unknown>, isSecret: boolean): string {
  if (issue.type === 'strict_object') {
    const isUnknownKey = issue.expected === 'never';
    if (isUnknownKey) return 'unknown field';
    if (issue.received === 'undefined') return 'required, but missing';
  }
  if (issue.received === 'undefined' && issue.kind === 'schema') return 'required, but missing';
  if (!issue.message.startsWith('Invalid'))
    return `expected ${issue.message}${isSecret ? '' : got(issue.input)}`;
  if (issue.kind === 'schema' && issue.expected !== null)
    return `expected ${nameType(issue.expected)}, got ${isSecret ? kindOf(issue.input) : clip(nameType(issue.received))}`;
  return issue.message;
}

/** What is long is at fault for its length, and no more is learnt from it. */
function got(input: unknown): string {
  const isShort = (typeof input === 'string' && input.length <= MAX_QUOTED) || typeof input === 'number';
  return isShort ? `, got ${JSON.stringify(input)}` : '';
}

function kindOf(input: unknown): string {
  if (input === null) return 'null';
  if (Array.isArray(input)) return 'a list';
  return typeof input === 'object' ? 'an object' : `a ${typeof input}`;
}

function nameType(expected: string): string {
  return expected === 'Object'
    ? 'an object'
    : expected === 'Array'
      ? 'a list'
      : expected.replace(/^\((.*)\)$/, '$1').replaceAll(' | ', ' or ');
}

/** A received value may be as long as the document; a fault must stay readable and small. */
function clip(text: string): string {
  return cut(text, MAX_PART_LENGTH).toWellFormed();
}

function cut(text: string, maxLength: number): string {
  return text.length > maxLength ? `${cutText(text, maxLength - 3)}...` : text;
}

/** More faults than anybody reads at once; the count of the others is told. */
const MAX_TOLD = 10;

/** Faults as one sentence, of a bounded length. */
export function describeFaults(faults: readonly Fault[]): string {
  const told = faults
    .slice(0, MAX_TOLD)
    .map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  const more = faults.length > MAX_TOLD ? [`and ${faults.length - MAX_TOLD} more`] : [];
  return [...told, ...more].join('; ');
}
