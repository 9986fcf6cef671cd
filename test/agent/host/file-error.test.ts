import { expect, test } from 'vitest';
import { toFileOutcome } from '../../../agent/host/file-error.ts';

test.each([
  ['ENOSPC', 'no_space', 'the disk is full', /^free disk space/],
  ['EDQUOT', 'no_space', 'the disk quota of this user is used up', /^free disk space/],
  ['EPERM', 'io_error', 'the system does not permit it', /CAP_CHOWN/],
  ['EROFS', 'io_error', 'the file system is read-only', /read-only/],
])('%s is told as %s, with what to do', (code, told, sentence, hint) => {
  const error = Object.assign(new Error(`${code}: no luck, open '/run/a'`), { code, path: '/run/a' });
  expect(toFileOutcome(error)).toEqual({
    ok: false,
    code: told,
    message: `a file of the service cannot be written: /run/a: ${sentence}`,
    hint: expect.stringMatching(hint),
  });
});

test('a fault of the agent itself is no trouble of the disk', () => {
  expect(() => toFileOutcome(new TypeError('undefined is not a function'))).toThrow(TypeError);
});
