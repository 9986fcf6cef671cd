import * as v from 'valibot';
import { expect, test } from 'vitest';
import {
  currentVersion,
  fieldsOf,
  isSameIn,
  readVersioned,
  type Shape,
} from '../../../../agent/model/record-codec/versioned.ts';

/** Version 1 had `name`, version 2 a list of `names`, version 3 has also their `count`. */
const SHAPE: Shape<{ readonly names: readonly string[]; readonly count: number }> = {
  schema: v.object({ names: v.array(v.string()), count: v.number() }),
  upgrades: [
    ({ name, ...rest }) => ({ ...rest, names: [name] }),
    (fields) => ({ ...fields, count: v.parse(v.array(v.unknown()), fields.names).length }),
  ],
};

test('a version is one more than there are upgrades', () => {
  expect([currentVersion(SHAPE), currentVersion({ ...SHAPE, upgrades: [] })]).toEqual([3, 1]);
});

test.for([
  [1, { name: 'a', note: 'x' }, { names: ['a'], count: 1, note: 'x' }],
  [2, { names: ['a', 'b'] }, { names: ['a', 'b'], count: 2 }],
  [3, { names: [], count: 0 }, { names: [], count: 0 }],
] as const)('of version %i it goes through the upgrades that are left', ([version, fields, value]) => {
  expect(readVersioned(SHAPE, version, fields)).toEqual({ ok: true, value });
});

test('what is stored stays as it is', () => {
  const fields = Object.freeze({ name: 'a' });
  readVersioned(SHAPE, 1, fields);
  expect(fields).toEqual({ name: 'a' });
});

test.for([
  [4, { names: [], count: 0 }, 'newer', 'it is of version 4, this agent knows up to 3: a newer one wrote it'],
  [1, { name: 7 }, 'damaged', 'it is not of the shape of version 1: names.0'],
  // An upgrade meets what its version never was.
  [2, { names: 'a' }, 'damaged', 'it is not of the shape of version 2: the whole'],
  [undefined, { names: [], count: 0 }, 'damaged', 'it has no version'],
  [0.5, { names: [], count: 0 }, 'damaged', 'it has no version'],
] as const)('of version %s and with %j it is not read', ([version, fields, code, message]) => {
  expect(readVersioned(SHAPE, version, fields)).toEqual({ ok: false, code, message, fields });
});

test('only an object has fields', () => {
  expect(fieldsOf({ a: 1 })).toEqual({ a: 1 });
  for (const value of [null, undefined, 'text', 3, [1]]) expect(fieldsOf(value)).toEqual({});
});

test('two values are the same by the fields of the schema, in any order', () => {
  const value = { names: ['a'], count: 1 };
  const withMore = { count: 1, more: true, names: ['a'] };
  expect(isSameIn(SHAPE.schema, value, withMore)).toBe(true);
  expect(isSameIn(SHAPE.schema, value, { names: ['b'], count: 1 })).toBe(false);
});
