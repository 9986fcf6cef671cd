// `env_file`: files with `NAME=value` lines, read where the command runs, because a device has none of them.
// Source: the Compose specification, 05-services, "Env_file format".
// Tested in test/lib/compose/service-forms.test.ts.
import type { Conversion, Convert, Field } from './conversion.ts';
import { boolean, describe, isEmpty, scalarText, shape, text } from './converters.ts';
import { envValues } from './env-values.ts';

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
  const earlier = Object.fromEntries(values);
  const placeOf = (line: number): string => `"${path}" line ${line}`;
  const own = envValues(file.text, {
    isRaw,
    // Earlier files beat what is set where the command runs, and that beats what stands above.
    lookUp: (above) => ({ ...above, ...run.variables, ...earlier }),
    report: {
      fault: (line, message) => run.fault(field, `${placeOf(line)}: ${message}`),
      unset: (line, name) =>
        run.note(field, `${placeOf(line)}: the variable ${name} is not set; an empty text stands in for it`),
    },
  });
  for (const [name, value] of own) values.set(name, value);
}
