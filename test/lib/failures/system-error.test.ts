import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import {
  describeReadError,
  describeSystemError,
  messageOf,
  systemErrorCode,
} from '../../../lib/failures/system-error.ts';

function failureOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

const here = import.meta.filename;

test.each([
  ['/nowhere/at-all', 'there is no such file or directory'],
  [import.meta.dirname, 'it is a directory, and a file is expected'],
  [path.join(here, 'below'), 'a part of its path is a file, and a directory is expected'],
])('what reading %s meets is a sentence', (file, sentence) => {
  expect(describeSystemError(failureOf(() => readFileSync(file)))).toBe(sentence);
});

const coded = (code: string, message: string): Error => Object.assign(new Error(message), { code });

test.each([
  [failureOf(() => readFileSync('/nowhere/at-all')), 'there is no such file'],
  [coded('EACCES', "EACCES: permission denied, open '/a'"), 'this user has no right to read it'],
  [coded('EISDIR', 'EISDIR: illegal operation'), 'it is a directory, and a file is expected'],
  [coded('EAGAIN', 'EAGAIN: resource temporarily unavailable, read'), 'nothing is there to be read now'],
  [coded('ESTALE', "ESTALE: stale file handle, read '/a'"), 'ESTALE: stale file handle'],
  [new Error('what it says'), 'what it says'],
])('of a file that was only to be read, %s is told as such', (error, words) => {
  expect(describeReadError(error)).toBe(words);
});

test('so is what writing meets', () => {
  const told = describeSystemError(failureOf(() => writeFileSync('/proc/version', 'x')));
  expect(told).toMatch(/^(?:this user has no right to it|the disk fails to read or write)$/);
});

test('an error with no sentence here keeps its words, without the call that Node appends', () => {
  const error = Object.assign(new Error("ESTALE: stale file handle, read '/a/b'"), { code: 'ESTALE' });
  expect(describeSystemError(error)).toBe('ESTALE: stale file handle');
  expect(describeSystemError(new Error('the answer is too long'))).toBe('the answer is too long');
});

test('whatever is thrown has a message, and only what the system said has a code', () => {
  expect([messageOf(new Error('a')), messageOf('b'), messageOf(undefined)]).toEqual(['a', 'b', 'undefined']);
  expect([systemErrorCode(failureOf(() => readFileSync('/nowhere'))), systemErrorCode('ENOENT')]).toEqual([
    'ENOENT',
    null,
  ]);
});
