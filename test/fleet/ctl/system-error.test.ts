import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { describeSystemError } from '../../../fleet/ctl/system-error.ts';

const coded = (code: string, message: string): Error => Object.assign(new Error(message), { code });

test.each([
  [coded('ECONNRESET', 'read ECONNRESET'), 'the connection was reset'],
  [coded('EACCES', "EACCES: permission denied, open '/a'"), 'this user has no right to read it'],
  [coded('ESTALE', 'ESTALE: stale file handle, read'), 'ESTALE: stale file handle, read'],
  [new Error('what it says'), 'what it says'],
])('%s is told in words where there are some', (error, words) => {
  expect(describeSystemError(error)).toBe(words);
});

test('what the system really answers is', () => {
  expect(() => readFileSync('/nowhere/at-all')).toThrow(
    expect.toSatisfy((error: unknown) => describeSystemError(error) === 'there is no such file'),
  );
});
