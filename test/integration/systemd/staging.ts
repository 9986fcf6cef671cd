// Build folders and staged devices for the tests of scripts/install and of the unit.
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const ROOT = path.resolve(import.meta.dirname, '../../..');

export function makeFolder(): string {
  return mkdtempSync(path.join(tmpdir(), 'holdfast-systemd-'));
}

/** What scripts/build makes, with a few lines of shell for program and Node. */
export function makeFakeBuild(folder: string, version: string): string {
  for (const part of ['bin', 'lib', 'systemd']) mkdirSync(path.join(folder, part), { recursive: true });
  const put = (file: string, content: string) => {
    writeFileSync(path.join(folder, file), content);
    chmodSync(path.join(folder, file), 0o755);
  };
  put('bin/holdfast', `#!/bin/sh\necho holdfast ${version}\n`);
  put('lib/node', '#!/bin/sh\n');
  put('lib/holdfast.cjs', '');
  put('LICENSE', 'licence');
  put('THIRD-PARTY-LICENSES', 'licences');
  cpSync(path.join(ROOT, 'systemd'), path.join(folder, 'systemd'), { recursive: true });
  copyFileSync(path.join(ROOT, 'scripts/install'), path.join(folder, 'install'));
  return folder;
}

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a program to its end; a failure is an outcome. */
export function run(program: string, args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(program, args, (error, out, err) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, out, err });
    });
  });
}

/** Runs scripts/build into `out` and returns that. */
export function buildRelease(out: string, arch?: string): string {
  const args = ['--out', out, ...(arch === undefined ? [] : ['--arch', arch])];
  execFileSync(path.join(ROOT, 'scripts/build'), args, { stdio: ['ignore', 'ignore', 'inherit'] });
  return out;
}
