// Faults are how bad input is answered: every fault of a value, each with the path where it lies.
import * as v from 'valibot';

/** One fault of a document. `path` is dotted (`services.web.ports[0].target`), empty for the whole. */
export interface Fault {
  readonly path: string;
  readonly message: string;
}

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** Joins path parts the way people write them; a part that is no plain name is quoted. */
export function formatPath(parts: readonly (string | number)[]): string {
  let path = '';
  for (const part of parts) {
    if (typeof part === 'number') path += `[${part}]`;
    else if (/^[A-Za-z0-9_-]+$/.test(part)) path += path === '' ? part : `.${part}`;
    else path += `[${JSON.stringify(part)}]`;
  }
  return path;
}

type Schema<T> = v.BaseSchema<unknown, T, v.BaseIssue<unknown>>;

/** Validates `value` whole and lists all its faults, not just the first. */
export function parseWith<T>(schema: Schema<T>, value: unknown): Parsed<T> {
  const result = v.safeParse(schema, value);
  if (result.success) return { ok: true, value: result.output };
  return { ok: false, faults: result.issues.map(toFault) };
}

function toFault(issue: v.BaseIssue<unknown>): Fault {
  const parts = (issue.path ?? []).map((item) =>
    typeof item.key === 'number' ? item.key : String(item.key),
  );
  return { path: formatPath(parts), message: describe(issue) };
}

function describe(issue: v.BaseIssue<unknown>): string {
  if (issue.type === 'strict_object') {
    const isUnknownKey = issue.expected === 'never';
    if (isUnknownKey) return 'unknown field';
    if (issue.received === 'undefined') return 'required, but missing';
  }
  if (issue.received === 'undefined' && issue.kind === 'schema') return 'required, but missing';
  if (issue.kind === 'validation' && !issue.message.startsWith('Invalid')) return issue.message;
  if (issue.kind === 'schema' && issue.expected !== null) {
    return issue.message.startsWith('Invalid')
      ? `expected ${nameType(issue.expected)}, got ${clip(nameType(issue.received))}`
      : issue.message;
  }
  return issue.message;
}

function nameType(expected: string): string {
  return expected === 'Object'
    ? 'an object'
    : expected === 'Array'
      ? 'a list'
      : expected.replaceAll(' | ', ' or ');
}

/** A received value may be as long as the document; a fault must stay readable and small. */
function clip(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
