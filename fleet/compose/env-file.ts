// `env_file`: files with `NAME=value` lines, read where the command runs, because a device has none of them.
// Source: the Compose specification, 05-services, "Env_file format".
import type { Conversion, Convert, Field } from './conversion.ts';
import { boolean, describe, isEmpty, scalarText, shape, text } from './converters.ts';
import { interpolate } from './interpolate.ts';

const longEntry = shape({ path: text, required: boolean, format: text });

/** All variables of the files; a later file wins over an earlier one. */
export const envFile: Convert = (field, run) => {
  if (isEmpty(field.node)) return undefined;
  const items = field.node.kind === 'list' ? field.node.items : [field.node];
  const values: Values = new Map();
  items.forEach((node, index) => {
    const entry = entryOf({ node, at: [...field.at, index], offset: node.offset }, run);
    if (entry !== null) readFile(entry, values, run);
  });
  return Object.fromEntries(values);
};

type Values = Map<string, string>;

interface Entry {
  readonly field: Field;
  readonly path: string;
  readonly isRequired: boolean;
  /** Values as they stand: no quotes, no comments, no variables. */
  readonly isRaw: boolean;
}

function entryOf(field: Field, run: Conversion): Entry | null {
  if (field.node.kind === 'scalar')
    return { field, path: scalarText(field.node), isRequired: true, isRaw: false };
  const long = longEntry(field, run);
  if (typeof long !== 'object' || long === null || Array.isArray(long) || typeof long.path !== 'string') {
    run.fault(field, `expected a file's path, got ${describe(field.node)}`);
    return null;
  }
  const { path, required, format } = long;
  if (format !== undefined && format !== 'raw') {
    run.fault(field, `the format "${String(format)}" is not carried out by Holdfast; it knows "raw"`);
    return null;
  }
  return { field, path, isRequired: required !== false, isRaw: format === 'raw' };
}

function readFile({ field, path, isRequired, isRaw }: Entry, values: Values, run: Conversion): void {
  const file = run.readFile(path);
  if (!file.ok) {
    if (isRequired) run.fault(field, `"${path}" cannot be read: ${file.message}`);
    return;
  }
  const lines = file.text.replace(/^\ufeff/, '').split(/\r?\n/);
  lines.forEach((line, index) => {
    const place = `"${path}" line ${index + 1}`;
    readLine(line, values, {
      isRaw,
      known: { ...run.variables, ...Object.fromEntries(values) },
      fault: (message) => run.fault(field, `${place}: ${message}`),
      unset: (name) =>
        run.note(field, `${place}: the variable ${name} is not set; an empty text stands in for it`),
    });
  });
}

interface Around {
  readonly isRaw: boolean;
  /** What a value may refer to: what stands above it, and where the command runs. */
  readonly known: Readonly<Record<string, string | undefined>>;
  fault(message: string): void;
  unset(name: string): void;
}

function readLine(line: string, values: Values, around: Around): void {
  if (/^\s*(?:#|$)/.test(line)) return;
  const [, name, equals, written = ''] = /^\s*(?:export\s+)?([^\s=:#]+)\s*(?:([=:])(.*))?$/.exec(line) ?? [];
  if (name === undefined) {
    around.fault('expected NAME=value');
    return;
  }
  const value = equals === undefined ? around.known[name] : readValue(written, around);
  if (value !== undefined) values.set(name, value);
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** `'as it stands'`, `"with $VARIABLES and \n"`, or bare with variables and up to a ` #` comment. */
function readValue(line: string, around: Around): string | undefined {
  if (around.isRaw) return line;
  const written = line.trim();
  const [, single] = /^'([^']*)'\s*(?:#.*)?$/.exec(written) ?? [];
  if (single !== undefined) return single;
  const [, double] = /^"((?:[^"\\]|\\.)*)"\s*(?:#.*)?$/.exec(written) ?? [];
  if (double !== undefined) {
    const value = interpolate(double, around.known, around);
    return value.replace(/\\(.)/g, (_, char: string) => ESCAPES[char] ?? char);
  }
  if (!/^['"]/.test(written)) return interpolate(written.replace(/(?:^|\s+)#.*$/, ''), around.known, around);
  around.fault('the quote is not closed on its line');
  return undefined;
}
