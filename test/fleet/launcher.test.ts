import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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
