import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lookAtUnit } from '../../../agent/bystander/unit.ts';

const systemPath = process.env.PATH;
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-unit-'));
  process.env.PATH = `${folder}:${systemPath}`;
});

afterEach(() => {
  process.env.PATH = systemPath;
  rmSync(folder, { recursive: true, force: true });
});

function systemctl(script: string): void {
  const file = path.join(folder, 'systemctl');
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

it('reads what systemd shows of the unit', async () => {
  systemctl(
    'printf "Result=exit-code\\nNRestarts=12\\nLoadState=loaded\\nActiveState=failed\\nSubState=failed\\n"',
  );
  expect(await lookAtUnit(1000)).toEqual({
    ...{ active_state: 'failed', sub_state: 'failed', result: 'exit-code', restarts: 12 },
  });
});

it.each([
  ['a unit that is not there', 'echo LoadState=not-found', 'systemd knows no unit holdfast'],
  ['words of a failure, as part of a sentence', 'echo "No bus." >&2; exit 1', /^No bus$/],
  ['one that hangs', 'exec sleep 60', /took too long/],
])('rejects for %s', async (_, script, why) => {
  systemctl(script);
  await expect(lookAtUnit(300)).rejects.toThrow(why);
});
