import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LoadOptions, loadFiles } from '../../../lib/document/load-file.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(path.join(tmpdir(), 'holdfast-load-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

const SERVICE = 'services: { web: { image: "web:1" } }\n';
const DOCUMENT = '{ "schema": "holdfast.deployment/1", "name": "a", "state": "absent" }';
const readStdin = () => ({ ok: false, message: 'nothing is there to be read now' }) as const;

function load(files: Record<string, string>, options: Partial<LoadOptions> = {}) {
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(cwd, name), text);
  const [first = '-', ...others] = Object.keys(files).filter((name) => !name.startsWith('.'));
  return loadFiles([first, ...others], { cwd, variables: {}, readStdin, ...options });
}

test('a Compose file becomes the content of a document', () => {
  expect(load({ 'compose.yaml': `name: shop\n${SERVICE}` })).toMatchObject({
    ok: true,
    loaded: { file: 'compose.yaml', content: { name: 'shop', services: { web: { image: 'web:1' } } } },
  });
});

test('a file that cannot be read is a failure, and not thrown', () => {
  expect(load({})).toEqual({
    ok: false,
    failure: { code: 'file_unreadable', message: '- cannot be read: nothing is there to be read now' },
  });
});

test('all faults of a file are told with their places', () => {
  const result = load({ 'compose.yaml': 'services: { web: { image: 5000, imag: a } }\nx: 1\n' });
  expect(result).toMatchObject({
    failure: {
      code: 'invalid_file',
      message: expect.stringMatching(
        /^compose\.yaml has 2 faults:\ncompose\.yaml:1:33: .*\ncompose\.yaml:2:1: /,
      ),
      faulty: { file: 'compose.yaml', faults: [{ line: 1 }, { line: 2 }] },
    },
  });
});

test('a ready document takes no other file', () => {
  expect(load({ 'a.json': DOCUMENT })).toMatchObject({ ok: true });
  expect(load({ 'a.json': DOCUMENT, 'compose.yaml': SERVICE })).toMatchObject({
    failure: { code: 'usage', message: 'a.json is a ready document, and nothing can be merged with it' },
  });
});

test('so is a file of variables that is not there, or has faults', () => {
  expect(load({ 'compose.yaml': SERVICE }, { envFiles: ['none.env'] })).toMatchObject({
    failure: {
      code: 'env_file_unreadable',
      message: `${cwd}/none.env cannot be read: there is no such file`,
    },
  });
  expect(load({ 'compose.yaml': SERVICE, '.env': 'A="open\n' })).toMatchObject({
    failure: { code: 'env_file_unreadable', message: expect.stringMatching(/\/\.env:1: /) },
  });
});
