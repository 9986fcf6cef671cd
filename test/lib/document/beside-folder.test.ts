import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { besideFolder } from '../../../lib/document/beside-folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-beside-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(path: string, text = ''): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

const directory = (isEmpty: boolean) => ({ kind: 'directory', isEmpty });

test('a look tells files, directories and what is not there', () => {
  put('run.sh');
  chmodSync(join(folder, 'run.sh'), 0o755);
  put('dir/a');
  mkdirSync(join(folder, 'empty/in'), { recursive: true });
  const { look } = besideFolder(folder);
  expect(look('run.sh')).toEqual({ kind: 'file', isExecutable: true });
  expect(look('dir/a')).toEqual({ kind: 'file', isExecutable: false });
  expect(look('dir')).toEqual(directory(false));
  expect(look('empty')).toEqual(directory(true));
  expect(look('gone')).toEqual({ kind: 'missing' });
  symlinkSync('/dev/null', join(folder, 'null'));
  expect(look('null')).toEqual({ kind: 'other' });
});

test('what keeps a directory in a repository is no content', () => {
  put('data/.gitkeep');
  put('data/deep/.gitignore', '*');
  expect(besideFolder(folder).look('data')).toEqual(directory(true));
});

test('what has been read comes along by another way', () => {
  put('my.yml');
  put('.env');
  put('env/app.env', 'A=1');
  const { look, read } = besideFolder(folder, [join(folder, 'my.yml')]);
  expect(look('.')).toEqual(directory(false));
  expect(read('./env/app.env')).toEqual({ ok: true, text: 'A=1' });
  expect(look('.')).toEqual(directory(true));
  put('src/main.py');
  expect(look('.')).toEqual(directory(false));
});
