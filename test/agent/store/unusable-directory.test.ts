import { expect, test } from 'vitest';
import { unusableDirectory } from '../../../agent/store/unusable-directory.ts';

const failed = (code: string, path: string): Error => Object.assign(new Error(`${code}: no`), { code, path });
const explain = (code: string, path = '/data') => unusableDirectory('/data', failed(code, path), 'holdfast');

test.each([
  ['EROFS', 'the file system is read-only', /^make its file system writable again/],
  [
    'EACCES',
    'this user has no right to it',
    /: sudo mkdir -p \/data && sudo chown -R holdfast: \/data && sudo chmod -R u\+rwX \/data$/,
  ],
  ['EEXIST', 'something else is there already', /^move away the file/],
  ['EMFILE', 'too many files are open', /may write to$/],
])('%s is told with the directory, the user and what to do', (code, sentence, hint) => {
  const { message, hint: told } = explain(code);
  expect(message).toBe(`data_dir cannot be used by the user holdfast: /data: ${sentence}`);
  expect(told).toMatch(hint);
});

test('where a directory below or above it is to blame, that is the one which is named', () => {
  expect(explain('EACCES', '/data/documents').message).toContain(' /data/documents: ');
});
