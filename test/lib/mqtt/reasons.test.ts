import { expect, test } from 'vitest';
import { isVersionRefused, refusalOf } from '../../../lib/mqtt/reasons.ts';

test.each([
  ['login', [4, 134]],
  ['admission', [5, 135, 140]],
  ['client', [2, 133, 138]],
  ['unavailable', [3, 136, 137]],
  ['version', [1, 132]],
  ['other', [128, 151, 255]],
])('a refusal of the %s', (refusal, reasons) => {
  expect(reasons.map(refusalOf)).toEqual(reasons.map(() => refusal));
});

test.each([
  [1, '3.1.1', true],
  [132, '5', true],
  [5, '3.1.1', false],
  [135, '5', false],
] as const)('code %i in answer to %s refuses the version: %s', (reason, version, expected) => {
  expect(isVersionRefused(reason, version)).toBe(expected);
});

test('a code of 3.1.1 in answer to 5 refuses the version, whatever else it says', () => {
  expect([1, 2, 3, 4, 5].every((reason) => isVersionRefused(reason, '5'))).toBe(true);
});
