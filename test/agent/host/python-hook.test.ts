import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writePythonHook } from '../../../agent/host/python-hook.ts';
import { START_HOOK } from '../../../agent/python/hook.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

const warnings: unknown[] = [];
const logger = {
  warn: (...words: readonly unknown[]) => {
    warnings.push(words);
  },
};

test('it is there for all users, and put right where it is another', () => {
  const directory = writePythonHook(dataDir, logger);
  const file = join(directory, 'sitecustomize.py');
  writeFileSync(file, 'old');
  expect(writePythonHook(dataDir, logger)).toBe(directory);
  expect(readFileSync(file, 'utf8')).toBe(START_HOOK);
  expect([statSync(directory).mode & 0o777, statSync(file).mode & 0o777]).toEqual([0o755, 0o644]);
  expect(warnings).toEqual([]);
});

test('where it cannot be written that is logged, and the path is told all the same', () => {
  writeFileSync(join(dataDir, 'file'), '');
  expect(writePythonHook(join(dataDir, 'file'), logger)).toBe(join(dataDir, 'file', 'python'));
  expect(warnings).toHaveLength(1);
});
