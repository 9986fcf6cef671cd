import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { manifestOf, writeBundle } from '../../../agent/bundle/write-bundle.ts';

const BUNDLE = { files: [{ path: 'a.json', text: '{}\n' }], missing: [{ what: 'b.json', why: 'no' }] };
const MANIFEST = manifestOf(BUNDLE, new Date('2026-11-22T12:00:00Z'));
let folder = '';
let file = '';

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-write-'));
  file = path.join(folder, 'bundle.tar.gz');
});

afterEach(() => {
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true, force: true });
});

it('is for its owner alone', async () => {
  await writeBundle(BUNDLE, MANIFEST, { file, force: false });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['bundle.tar.gz']);
});

it('takes the place of no other file unless told to', async () => {
  writeFileSync(file, 'mine');
  await expect(writeBundle(BUNDLE, MANIFEST, { file, force: false })).rejects.toMatchObject({
    code: 'EEXIST',
  });
  expect(readFileSync(file, 'utf8')).toBe('mine');
  await writeBundle(BUNDLE, MANIFEST, { file, force: true });
  expect(readFileSync(file).subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]));
  expect(readdirSync(folder)).toEqual(['bundle.tar.gz']);
});

it('leaves nothing behind where it cannot be written', async () => {
  const target = { file: path.join(folder, 'none', 'bundle.tar.gz'), force: false };
  await expect(writeBundle(BUNDLE, MANIFEST, target)).rejects.toMatchObject({ code: 'ENOENT' });
  expect(readdirSync(folder)).toEqual([]);
});
