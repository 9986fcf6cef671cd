import { expect, test } from 'vitest';
import { doAddressesMeet } from '../../../protocol/values/host-address.ts';

test.each([
  [null, '127.0.0.1', true],
  ['127.0.0.1', '127.0.0.1', true],
  ['127.0.0.1', '127.0.0.2', false],
  ['0.0.0.0', '127.0.0.1', true],
  ['::', '127.0.0.1', false],
  ['::', '::1', true],
])('%s and %s have one in common: %s', (one, other, doMeet) => {
  expect(doAddressesMeet(one, other)).toBe(doMeet);
  expect(doAddressesMeet(other, one)).toBe(doMeet);
});
