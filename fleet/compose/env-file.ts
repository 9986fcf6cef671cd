// `env_file`: files with `NAME=value` lines, read where the command runs, because a device has none of them.
// Source: the Compose specification, 05-services, "Env_file format".
import type { Conversion, Convert, Field } from './conversion.ts';
import { boolean, describe, isEmpty, scalarText, shape, text } from './converters.ts';
import { type EnvStatement, readEnvText } from './env-text.ts';
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
  const file = run.beside.read(run.resolve(path, field.offset));
  if (!file.ok) {
    if (isRequired) run.fault(field, `"${path}" cannot be read: ${file.message}`);
    return;
  }
  const own: Values = new Map();
  for (const statement of readEnvText(file.text, isRaw)) {
    const place = `"${path}" line ${statement.line}`;
    if ('fault' in statement) run.fault(field, `${place}: ${statement.fault}`);
    else assign(statement, own, { field, place, run, earlier: values });
  }
  for (const [name, value] of own) values.set(name, value);
}

interface Around {
  readonly field: Field;
  readonly place: string;
  readonly run: Conversion;
  /** Of the files before this one. */
  readonly earlier: Values;
}

type Assignment = Extract<EnvStatement, { readonly name: string }>;

/** A value may refer to what earlier files say, to what is set where the command runs, and to what stands above it. */
function assign({ name, value }: Assignment, values: Values, { field, place, run, earlier }: Around): void {
  const known = { ...Object.fromEntries(values), ...run.variables, ...Object.fromEntries(earlier) };
  if (value.kind === 'literal') values.set(name, value.text);
  else if (value.kind === 'inherited') {
    const inherited = known[name];
    if (inherited !== undefined) values.set(name, inherited);
  } else {
    const text = interpolate(value.text, known, {
      fault: (message) => run.fault(field, `${place}: ${message}`),
      unset: (unset) =>
        run.note(field, `${place}: the variable ${unset} is not set; an empty text stands in for it`),
    });
    values.set(name, text);
  }
}
