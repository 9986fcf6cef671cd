// docs/compose.md held against the specification's own list of keys, and against what the code does with each.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readCompose } from '../../../lib/compose/read-compose.ts';
import { parseDeployment } from '../../../protocol/deployment/parse-deployment.ts';
import { besideOf } from './beside.ts';
import { BESIDE, FILES, INSTEAD, type Keys, SAMPLES, VARIABLES } from './spec-samples.ts';

interface SpecKeys {
  readonly objects: Readonly<Record<string, readonly string[]>>;
}
type Handling = 'carried out' | 'refused' | 'as it is' | 'ignored';
interface Row {
  readonly handling: Handling;
  readonly note: string;
}

const readText = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const spec: SpecKeys = JSON.parse(readText('test/fixtures/compose-spec/keys.json'));
const page = readText('docs/compose.md');

/** The rows of both tables, by the path of the key in the specification. */
const rows = new Map([...rowsOf('Service keys', 'service.'), ...rowsOf('Top-level keys', '')]);

function rowsOf(heading: string, prefix: string): [string, Row][] {
  const section = page.split(/^## /m).find((text) => text.startsWith(heading)) ?? '';
  const found = section.matchAll(/^\| `([^`]+)` \| (carried out|refused|as it is|ignored) \| (.*) \|$/gm);
  return [...found].map(([, key = '', handling, note = '']): [string, Row] => [
    `${prefix}${key}`,
    // Sound: the pattern lets no other word through.
    { handling: handling as Handling, note },
  ]);
}

/** Every key whose object is looked into: what is below a key that is not carried out needs no row. */
const keys = Object.entries(spec.objects)
  .filter(([object]) => !isWhole(object))
  .flatMap(([object, names]) => names.map((name) => ({ object, name, path: pathOf(object, name) })));

function pathOf(object: string, name: string): string {
  return object === 'top-level' ? name : `${object}.${name}`;
}

function isWhole(object: string): boolean {
  return [...rows].some(
    ([path, { handling }]) =>
      handling !== 'carried out' &&
      (object === path || new RegExp(`^${quotePattern(path)}[.[]`).test(object)),
  );
}

function quotePattern(path: string): string {
  return path.replaceAll(/[.*[\]]/g, '\\$&');
}

function read(content: Keys) {
  return readCompose([{ file: 'compose.yaml', text: JSON.stringify(content) }], {
    variables: VARIABLES,
    fallbackName: 'folder',
    beside: besideOf(BESIDE),
  });
}

function fileWith(object: string, given: Keys): Keys {
  const make = FILES[object];
  if (make === undefined) throw new Error(`no file for ${object}`);
  return make(given);
}

function contentOf(result: ReturnType<typeof read>): Keys {
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.content;
}

test('the specification knows more keys than a glance could check', () => {
  expect(keys.length).toBeGreaterThan(150);
});

test('every key of the specification has its row, and no other has', () => {
  expect([...rows.keys()].toSorted()).toEqual(keys.map(({ path }) => path).toSorted());
});

const noteOf = (path: string): string => rows.get(path)?.note ?? '';
const keysOf = (handling: Handling) => keys.filter(({ path }) => rows.get(path)?.handling === handling);

test.each(keysOf('carried out'))('$path is carried out, as the page says', ({ object, name, path }) => {
  const instead = INSTEAD[path];
  if (instead === undefined) expect(SAMPLES[object]).toHaveProperty([name]);
  const content = contentOf(read(instead ?? fileWith(object, { [name]: SAMPLES[object]?.[name] })));
  expect(noteOf(path)).not.toBe('');
  // Without the key something else is asked, or the file says too little.
  const without = read(fileWith(object, {}));
  if (without.ok) expect(without.content).not.toEqual(content);
});

describe.each(keysOf('refused'))('$path is refused', ({ object, name, path }) => {
  test('by name, as the page says', () => {
    const result = read(fileWith(object, { [name]: 'x' }));
    const faults = result.ok ? [] : result.faults.map(({ message }) => message);
    expect(faults).toEqual([`"${name}" is not carried out by Holdfast: ${noteOf(path)}`]);
  });

  test('on the wire too', () => {
    const document = {
      ...{ schema: 'holdfast.deployment/1', revision: 1, state: 'present' },
      ...structuredClone(contentOf(read(fileWith(object, {})))),
    };
    expect(parseDeployment(document)).toMatchObject({ ok: true });
    Reflect.set(placeOf(document, object), name, 'x');
    const faults = [{ path: expect.stringMatching(new RegExp(`(^|\\.)${name}$`)), message: 'unknown field' }];
    expect(parseDeployment(document)).toMatchObject({ ok: false, faults });
  });
});

test.each(keysOf('ignored'))('$path is ignored with a note, as the page says', ({ object, name, path }) => {
  const result = read(fileWith(object, { [name]: 'x' }));
  expect(contentOf(result)).toEqual(contentOf(read(fileWith(object, {}))));
  expect(result.notes.map(({ message }) => message)).toContain(`"${name}" is ignored: ${noteOf(path)}`);
});

describe.each(keysOf('as it is'))('$path passes as it is', ({ object, name, path }) => {
  const [values = '', why = ''] = noteOf(path).split(/(?<=`): /);
  const known: unknown[] = [...values.matchAll(/`([^`]+)`/g)].map(([, value = '']) => JSON.parse(value));

  test.each(known)('%j, without a word', (value) => {
    const without = read(fileWith(object, {}));
    const result = read(fileWith(object, { [name]: value }));
    expect(contentOf(result)).toEqual(contentOf(without));
    expect(result.notes).toEqual(without.notes);
  });

  test('and any other is refused, as the page says', () => {
    const result = read(fileWith(object, { [name]: 'x' }));
    const [fault = '', ...others] = result.ok ? [] : result.faults.map(({ message }) => message);
    expect(others).toEqual([]);
    expect(fault).toMatch(/^"x" is not carried out by Holdfast; it knows /);
    expect(fault.endsWith(`: ${why}`)).toBe(true);
  });
});

/** The object of the document that an object of the specification became: the first item of a list, the first value of a map. */
function placeOf(document: object, object: string): object {
  const parts =
    object === 'top-level'
      ? []
      : object
          .replaceAll('[]', '.*')
          .replace(/^service/, 'services.s')
          .split('.');
  let place: object = document;
  for (const part of parts) {
    const next: unknown = part === '*' ? Object.values(place)[0] : Reflect.get(place, part);
    if (typeof next !== 'object' || next === null) throw new Error(`no ${part} of ${object}`);
    place = next;
  }
  return place;
}
