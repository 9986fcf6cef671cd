// Maps of texts that may be written as a list of `NAME=value`: `environment`, `labels`, `sysctls` and others.
// Tested in test/lib/compose/read-compose.test.ts.

import type { Conversion, Convert, Field } from './conversion.ts';
import { describe, isEmpty, octalIn, scalarText } from './converters.ts';
import type { Json } from './json.ts';

/** What a name with no value stands for; `undefined` leaves it out. */
type ValueAlone = (name: string, field: Pick<Field, 'at' | 'offset'>, run: Conversion) => string | undefined;

/** A converter of such a map. */
function textMap(valueAlone: ValueAlone): Convert {
  return (field, run) => {
    const { node } = field;
    if (isEmpty(node)) return undefined;
    // Not what stands there: it may be a password.
    if (node.kind === 'scalar') return run.fault(field, 'expected a map or a list, got a text');
    const entries = node.kind === 'map' ? fromMap(field, valueAlone, run) : fromList(field, valueAlone, run);
    return Object.fromEntries(entries);
  };
}

/** A variable that is not set where Compose runs takes the image's own away there, which the document cannot say. */
export const environmentVariables = textMap((name, field, run) => {
  const value = run.variables[name];
  if (value === undefined)
    run.note(field, `${name} is not set, so it is left out (Compose: without the image's own value too)`);
  return value;
});

/** A label alone is an empty one. */
export const labels = textMap(() => '');

function fromMap(field: Field, valueAlone: ValueAlone, run: Conversion): [string, Json][] {
  if (field.node.kind !== 'map') return [];
  return field.node.entries.flatMap(({ key, keyOffset, value }): [string, Json][] => {
    const at = [...field.at, key];
    run.place(at, isEmpty(value) ? keyOffset : value.offset);
    if (value.kind !== 'scalar') {
      run.fault({ at, offset: keyOffset }, `expected a text, got ${describe(value)}`);
      return [];
    }
    if (octalIn(value) !== null) {
      const message = `${value.source} is ${scalarText(value)} in YAML, as Compose reads it; put it in quotes to keep it`;
      run.note({ at, offset: value.offset }, message);
    }
    return value.value === null
      ? alone({ name: key, at, offset: keyOffset }, valueAlone, run)
      : [[key, scalarText(value)]];
  });
}

function fromList(field: Field, valueAlone: ValueAlone, run: Conversion): [string, Json][] {
  if (field.node.kind !== 'list') return [];
  return field.node.items.flatMap((item): [string, Json][] => {
    const line = item.kind === 'scalar' ? scalarText(item) : '';
    const equals = line.indexOf('=');
    const name = equals === -1 ? line : line.slice(0, equals);
    const at = [...field.at, name];
    run.place(at, item.offset);
    if (name === '') {
      const found = item.kind === 'scalar' ? 'no name' : describe(item);
      run.fault({ at, offset: item.offset }, `expected "NAME=value", got ${found}`);
      return [];
    }
    return equals === -1
      ? alone({ name, at, offset: item.offset }, valueAlone, run)
      : [[name, line.slice(equals + 1)]];
  });
}

function alone(
  { name, ...place }: Pick<Field, 'at' | 'offset'> & { name: string },
  valueAlone: ValueAlone,
  run: Conversion,
): [string, Json][] {
  const value = valueAlone(name, place, run);
  return value === undefined ? [] : [[name, value]];
}
