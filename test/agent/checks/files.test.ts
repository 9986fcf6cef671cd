import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { configurationCheck, secretFilesCheck } from '../../../agent/checks/files.ts';
import { spaceCheck } from '../../../agent/checks/space.ts';
import { KNOWN } from './known.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'hf-checks-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const SIGNAL = new AbortController().signal;

function write(name: string, content: string, mode: number): string {
  const file = path.join(dir, name);
  writeFileSync(file, content);
  chmodSync(file, mode);
  return file;
}

test.each([
  ['ok', 0o640, 's3cret'],
  ['warning', 0o644, 's3cret'],
  ['error', 0o640, ''],
])('a file of a secret: %s with the mode %o', async (result, mode, content) => {
  const file = write(`${result}.password`, content, mode);
  const told = await secretFilesCheck([{ key: 'broker.password_file', file }]).look(KNOWN, SIGNAL);
  expect(told).toMatchObject([{ result, text: expect.stringContaining(`broker.password_file: ${file}`) }]);
  expect(JSON.stringify(told)).not.toContain('s3cret');
});

test.each([
  ['ok', 0o644, /has the mode 0644$/],
  ['warning', 0o660, /its group may change it; chmod 0640/],
  ['warning', 0o646, /everybody may change it; chmod 0640/],
])('the configuration: %s with the mode %o', async (result, mode, words) => {
  const file = write('holdfast.toml', 'device = "edge-01"', mode);
  const told = await configurationCheck(file).look(KNOWN, SIGNAL);
  expect(told).toEqual([{ result, text: expect.stringMatching(words) }]);
});

test.runIf(process.geteuid?.() === 0)('a file of another user, who may change it', async () => {
  const file = write('others.toml', 'device = "edge-01"', 0o640);
  chownSync(file, 65_534, 0);
  const text = `${file} belongs to the user 65534, who may change it; chown root ${file}`;
  expect(await configurationCheck(file).look(KNOWN, SIGNAL)).toEqual([{ result: 'warning', text }]);
});

test('a file of a secret that is not there', async () => {
  const file = path.join(dir, 'none');
  const told = await secretFilesCheck([{ key: 'broker.key_file', file }]).look(KNOWN, SIGNAL);
  const text = expect.stringContaining('broker.key_file: cannot read');
  expect(told).toMatchObject([{ result: 'error', text }]);
});

test('space and inodes of a disk, with figures', async () => {
  const told = await spaceCheck('disk', () => dir).look(KNOWN, SIGNAL);
  expect(told[0]?.text).toMatch(/^\d.* of \d.* are free in \//);
  expect(await spaceCheck('disk', () => null).look(KNOWN, SIGNAL)).toEqual([]);
});
