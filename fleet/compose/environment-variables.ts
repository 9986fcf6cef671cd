// `environment`: a map, or a list of `NAME=value`; a name alone takes its value from where the command runs.
import type { Conversion, Convert, Field, Json } from './conversion.ts';
import { describe, isEmpty, scalarText } from './converters.ts';

export const environmentVariables: Convert = (field, run) => {
  const { node } = field;
  if (isEmpty(node)) return undefined;
  if (node.kind === 'scalar') return run.fault(field, `expected a map or a list, got ${describe(node)}`);
  return Object.fromEntries(node.kind === 'map' ? fromMap(field, run) : fromList(field, run));
};

function fromMap(field: Field, run: Conversion): [string, Json][] {
  if (field.node.kind !== 'map') return [];
  return field.node.entries.flatMap(({ key, keyOffset, value }): [string, Json][] => {
    const at = [...field.at, key];
    run.place(at, isEmpty(value) ? keyOffset : value.offset);
    if (value.kind !== 'scalar') {
      run.fault({ at, offset: keyOffset }, `expected a text, got ${describe(value)}`);
      return [];
    }
    return value.value === null ? inherited(key, run) : [[key, scalarText(value)]];
  });
}

function fromList(field: Field, run: Conversion): [string, Json][] {
  if (field.node.kind !== 'list') return [];
  return field.node.items.flatMap((item): [string, Json][] => {
    const line = item.kind === 'scalar' ? scalarText(item) : '';
    const equals = line.indexOf('=');
    const name = equals === -1 ? line : line.slice(0, equals);
    const at = [...field.at, name];
    run.place(at, item.offset);
    if (name === '') {
      run.fault({ at, offset: item.offset }, `expected "NAME=value", got ${describe(item)}`);
      return [];
    }
    return equals === -1 ? inherited(name, run) : [[name, line.slice(equals + 1)]];
  });
}

/** Compose leaves a variable out that is not set where it runs. */
function inherited(name: string, run: Conversion): [string, Json][] {
  const value = run.variables[name];
  return value === undefined ? [] : [[name, value]];
}
