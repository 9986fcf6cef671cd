import { expect, test } from 'vitest';
import { toFileOutcome } from '../../../agent/host/file-error.ts';

test.each([
  ['ENOSPC', 'no_space', /^free disk space/],
  ['EDQUOT', 'no_space', /^free disk space/],
  ['EPERM', 'io_error', /CAP_CHOWN/],
  ['EROFS', 'io_error', /read-only/],
])('%s is told as %s, with what to do', (code, told, hint) => {
  const error = Object.assign(new Error(`${code}: no luck, open '/run/a'`), { code });
  expect(toFileOutcome(error)).toEqual({
    ok: false,
    code: told,
    message: `a file of the service cannot be written: ${code}: no luck, open '/run/a'`,
    hint: expect.stringMatching(hint),
  });
});

test('a fault of the agent itself is no trouble of the disk', () => {
  expect(() => toFileOutcome(new TypeError('undefined is not a function'))).toThrow(TypeError);
});
