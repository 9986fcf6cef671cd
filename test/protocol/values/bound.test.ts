import { expect, test } from 'vitest';
import { boundOf } from '../../../protocol/values/bound.ts';
import { parseDurationMs } from '../../../protocol/values/duration.ts';

test('a bound is its value, and a text that is none is a mistake of the code', () => {
  expect(boundOf('1m', parseDurationMs)).toBe(60_000);
  expect(() => boundOf('one minute', parseDurationMs)).toThrow('"one minute" is no bound');
});
