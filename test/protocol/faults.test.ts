import fc from 'fast-check';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { formatPath, parseWith } from '../../protocol/faults.ts';
import { record, strictObject } from '../../protocol/objects.ts';

test.each<[readonly (string | number)[], string]>([
  [[], ''],
  [['services'], 'services'],
  [['services', 'web', 'ports', 0, 'target'], 'services.web.ports[0].target'],
  [['services', 'Web-1_a'], 'services.Web-1_a'],
  [['services', 'web.1', 'image'], 'services["web.1"].image'],
  [['environment', ''], 'environment[""]'],
  [['environment', 'a"b'], 'environment["a\\"b"]'],
  [['a b'], '["a b"]'],
  [[0, 1], '[0][1]'],
])('the path %j is written %s', (parts, text) => {
  expect(formatPath(parts)).toBe(text);
});

test('two different paths are never written alike', () => {
  const path = fc.array(fc.oneof(fc.string(), fc.nat(20)), { maxLength: 4 });
  fc.assert(
    fc.property(path, path, (one, other) => {
      fc.pre(JSON.stringify(one) !== JSON.stringify(other));
      expect(formatPath(one)).not.toBe(formatPath(other));
    }),
  );
});

const schema = strictObject({
  text: v.string(),
  count: v.optional(v.pipe(v.number(), v.integer('a whole number'))),
  flag: v.optional(v.boolean()),
  kind: v.optional(v.picklist(['a', 'b'])),
  list: v.optional(v.array(v.string())),
  inner: v.optional(strictObject({ x: v.optional(v.string()) })),
  map: v.optional(record(v.pipe(v.string(), v.regex(/^[a-z]+$/, 'lower-case letters')), v.number())),
});

test.each<[string, unknown, string, string]>([
  ['a missing field', {}, 'text', 'required, but missing'],
  ['an unknown field', { text: '', extra: 1 }, 'extra', 'unknown field'],
  ['a number for a text', { text: 1 }, 'text', 'expected string, got 1'],
  ['null for a text', { text: null }, 'text', 'expected string, got null'],
  ['a text for a number', { text: '', count: '1' }, 'count', 'expected number, got "1"'],
  ['a fraction', { text: '', count: 1.5 }, 'count', 'expected a whole number, got 1.5'],
  ['a word for a flag', { text: '', flag: 'yes' }, 'flag', 'expected boolean, got "yes"'],
  ['a word of no list', { text: '', kind: 'c' }, 'kind', 'expected "a" or "b", got "c"'],
  ['an object for a list', { text: '', list: {} }, 'list', 'expected a list, got an object'],
  ['an item of another type', { text: '', list: ['', 1] }, 'list[1]', 'expected string, got 1'],
  ['a list for an object', { text: '', inner: [] }, 'inner', 'expected an object, got a list'],
  ['a text for an object', { text: '', inner: 'x' }, 'inner', 'expected an object, got "x"'],
  ['a list for a map', { text: '', map: [1] }, 'map', 'expected an object, got a list'],
  ['a key that is none', { text: '', map: { A: 1 } }, 'map.A', 'expected lower-case letters, got "A"'],
  ['a null document', null, '', 'expected an object, got null'],
  ['a list as document', [], '', 'expected an object, got a list'],
])('%s is told so that a person understands', (_title, value, path, message) => {
  expect(parseWith(schema, value)).toEqual({ ok: false, faults: [{ path, message }] });
});

test('all faults are told at once, several unknown fields of one object among them', () => {
  const parsed = parseWith(schema, { count: 'x', one: 1, two: 2, inner: { y: 1, z: 1 }, list: [1, 2] });
  expect(parsed).toMatchObject({ ok: false });
  expect((parsed.ok ? [] : parsed.faults).map(({ path }) => path).toSorted()).toEqual([
    'count',
    'inner.y',
    'inner.z',
    'list[0]',
    'list[1]',
    'one',
    'text',
    'two',
  ]);
});

test('a value and a key as long as a document are cut short, in whole characters', () => {
  const parsed = parseWith(schema, {
    text: '',
    flag: `x${'😀'.repeat(9000)}`,
    [`${'k'.repeat(76)}😀${'k'.repeat(9000)}`]: 1,
  });
  expect(parsed.ok).toBe(false);
  for (const { path, message } of parsed.ok ? [] : parsed.faults) {
    expect(path.length).toBeLessThan(100);
    expect(message.length).toBeLessThan(120);
    expect(path.isWellFormed() && message.isWellFormed()).toBe(true);
  }
});

test('a check of its own runs where types are right, and adds nothing to a path already told', () => {
  const check = () => [
    { path: 'count', message: 'second' },
    { path: 'flag', message: 'first' },
  ];
  expect(parseWith(schema, { text: '', count: 1.5, extra: 1 }, check)).toEqual({
    ok: false,
    faults: [
      { path: 'count', message: 'expected a whole number, got 1.5' },
      { path: 'extra', message: 'unknown field' },
      { path: 'flag', message: 'first' },
    ],
  });
  expect(parseWith(schema, { text: '' }, check)).toMatchObject({ ok: false });
  expect(parseWith(schema, { text: 1 }, check)).toMatchObject({ faults: [{ path: 'text' }] });
  expect(parseWith(schema, { text: '' }, () => [])).toEqual({ ok: true, value: { text: '' } });
});

test.each(['__proto__', 'constructor', 'prototype'])('the key %s is held against the rules too', (key) => {
  const text = `{ "text": "", "${key}": 1, "map": { "${key}": 1 } }`;
  const parsed = parseWith(
    strictObject({ text: v.string(), map: record(v.picklist(['a']), v.number()) }),
    JSON.parse(text),
  );
  expect((parsed.ok ? [] : parsed.faults).map(({ path }) => path).toSorted()).toEqual(
    [key, `map.${key}`].toSorted(),
  );
});

test('the input is left as it was', () => {
  const input = Object.freeze({ text: '', inner: Object.freeze({ x: 'y' }), map: Object.freeze({ a: 1 }) });
  expect(parseWith(schema, input)).toEqual({ ok: true, value: input });
});

test('any JSON value is answered, and nothing else is changed by it', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom('__proto__', 'constructor', 'text', 'map'), (value, key) => {
      const hostile: unknown = JSON.parse(`{ ${JSON.stringify(key)}: ${JSON.stringify(value)} }`);
      const parsed = parseWith(schema, hostile);
      expect(parsed.ok ? 1 : parsed.faults.length).toBeGreaterThan(0);
      expect(Object.keys(Object.prototype)).toEqual([]);
      expect(Object.getPrototypeOf({})).toBe(Object.prototype);
    }),
  );
});
