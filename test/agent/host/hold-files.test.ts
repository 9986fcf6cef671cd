// The hold of a program on the device, and the agent's answer, as files.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HoldFiles } from '../../../agent/host/hold-files.ts';

let dir: string;
const inside = (name: string): string => join(dir, 'hold', name);

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-hold-'));
  mkdirSync(join(dir, 'hold'));
});
afterEach(() => {
  chmodSync(join(dir, 'hold'), 0o755);
  rmSync(dir, { recursive: true });
});

test('a hold is answered beside its file, and the answer goes before it is said that nobody holds', () => {
  const holds = new HoldFiles(dir);
  expect(holds.isHeld('line')).toBe(false);
  writeFileSync(inside('line'), '');
  expect(holds.isHeld('line')).toBe(true);
  expect(existsSync(inside('line.held'))).toBe(false);
  holds.answer('line');
  holds.answer('line');
  expect(existsSync(inside('line.held'))).toBe(true);
  expect(holds.isHeld('line')).toBe(true);
  rmSync(inside('line'));
  expect(holds.isHeld('line')).toBe(false);
  expect(existsSync(inside('line.held'))).toBe(false);
});

test('an answer is withdrawn though the hold is still there', () => {
  const holds = new HoldFiles(dir);
  writeFileSync(inside('line'), '');
  holds.answer('line');
  expect(holds.withdraw('line')).toBe(true);
  expect(existsSync(inside('line.held'))).toBe(false);
  expect(holds.isHeld('line')).toBe(true);
});

test('an answer that cannot be withdrawn binds', () => {
  const holds = new HoldFiles(dir);
  // A directory with something in it: no file that can be removed.
  mkdirSync(inside('line.held'));
  writeFileSync(join(inside('line.held'), 'x'), '');
  expect(holds.isHeld('line')).toBe(true);
});

test('with no directory nobody holds, and an answer goes nowhere', () => {
  const holds = new HoldFiles(join(dir, 'not', 'yet'));
  expect(holds.isHeld('line')).toBe(false);
  holds.answer('line');
  expect(existsSync(join(dir, 'not'))).toBe(false);
});
