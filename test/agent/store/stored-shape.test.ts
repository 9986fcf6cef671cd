import * as v from 'valibot';
import { expect, test } from 'vitest';
import { isOfShape } from '../../../agent/store/stored-shape.ts';

const schema = v.object({
  name: v.pipe(v.string(), v.regex(/^[a-z]+$/)),
  seq: v.pipe(v.number(), v.minValue(1)),
});

test('types alone are judged, not patterns and ranges', () => {
  expect(isOfShape(schema, { name: 'line', seq: 1 })).toBe(true);
  expect(isOfShape(schema, { name: 'LINE 7', seq: -3, more: true })).toBe(true);
});

test.for(
  [null, [], 'text', {}, { name: 'line' }, { name: 7, seq: 1 }, { name: 'LINE', seq: '1' }].map((value) => ({
    value,
  })),
)('$value is of another shape', ({ value }) => {
  expect(isOfShape(schema, value)).toBe(false);
});
