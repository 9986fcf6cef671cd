import { expect, test } from 'vitest';
import { elapsed } from '../../../lib/render/elapsed.ts';

const NOW = new Date('2026-11-22T12:00:00Z');

test.each([
  ['2026-11-22T09:55:00Z', '2h 5m'],
  ['2026-11-22T11:59:59.500Z', '0s'],
  ['2026-11-22T11:59:58.100Z', '1s'],
  ['2026-11-22T12:00:01Z', null],
  ['1970-01-01T00:00:12Z', null],
  ['no time', null],
])('since %s it is %s', (at, told) => {
  expect(elapsed(at, NOW)).toBe(told);
});
