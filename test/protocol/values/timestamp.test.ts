import { expect, test } from 'vitest';
import { inSeconds } from '../../../protocol/values/timestamp.ts';

test.each([
  ['2026-11-22T03:12:08.123456789Z', '2026-11-22T03:12:08Z'],
  ['2026-11-22T03:12:08.5+01:00', '2026-11-22T03:12:08+01:00'],
  ['2026-11-22T03:12:08Z', '2026-11-22T03:12:08Z'],
])('%s is %s', (timestamp, told) => {
  expect(inSeconds(timestamp)).toBe(told);
});
