import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const launcher = new URL('../../fleet/bin/holdfastctl', import.meta.url).pathname;

test('the launcher runs through a relative symlink, from a foreign directory with a broken tsconfig', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfastctl '));
  writeFileSync(join(folder, 'tsconfig.json'), '{ broken');
  symlinkSync(launcher, join(folder, 'first'));
  symlinkSync('first', join(folder, 'second'));
  const output = execFileSync(join(folder, 'second'), ['--version'], { cwd: folder, encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  expect(output).toMatch(/^\d+\.\d+\.\d+/);
});

test('it ends with its own code where nobody reads its output', async () => {
  const child = spawn(launcher, ['validate', 'nowhere.json', '--json'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  child.stdout.destroy();
  expect(await once(child, 'close')).toEqual([2, null]);
});

test('it tells where its output cannot be written, as to a full disk', () => {
  const full = openSync('/dev/full', 'w');
  const { status, stderr } = spawnSync(launcher, ['--version'], {
    encoding: 'utf8',
    stdio: ['ignore', full, 'pipe'],
  });
  closeSync(full);
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: 'The output cannot be written: the disk is full.\n',
  });
});
