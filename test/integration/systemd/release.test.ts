import { readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import manifest from '../../../package.json' with { type: 'json' };
import { buildRelease, makeFolder, run } from './staging.ts';

/** `e_machine` of an ELF file. */
const MACHINE = { amd64: 0x3e, arm64: 0xb7 } as const;

let folder = '';
let native = '';

beforeAll(() => {
  folder = makeFolder();
  native = buildRelease(path.join(folder, 'native'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function readMachine(file: string): number {
  return readFileSync(file).readUInt16LE(18);
}

describe('a release build', () => {
  it('runs on its own Node and knows its version', async () => {
    const outcome = await run(path.join(native, 'bin/holdfast'), ['--version']);
    expect(outcome).toEqual({ code: 0, out: `holdfast ${manifest.version}\n`, err: '' });
  });

  it('answers as the checkout does when no agent runs', async () => {
    const socket = path.join(folder, 'none.sock');
    const { code, err } = await run(path.join(native, 'bin/holdfast'), ['status', '--socket', socket]);
    expect(code).toBe(3);
    expect(err).toContain(socket);
  });

  it('loads all that the agent is made of', async () => {
    // A configuration that is not there is complained about only once everything has been loaded.
    const missing = path.join(folder, 'missing.toml');
    const { code, err, out } = await run(path.join(native, 'bin/holdfast'), ['agent', '--config', missing]);
    expect(code).toBe(2);
    expect(err + out).toContain(missing);
  });

  it('carries the SQLite addon that its Node can load', async () => {
    const script = `require(${JSON.stringify(path.join(native, 'lib/better_sqlite3.node'))})`;
    expect(await run(path.join(native, 'lib/node'), ['-e', script])).toMatchObject({ code: 0, err: '' });
  });

  it('hands on the licences of what is built in', () => {
    const licences = readFileSync(path.join(native, 'THIRD-PARTY-LICENSES'), 'utf8');
    for (const name of ['mqtt', 'dockerode', 'better-sqlite3', 'valibot', 'pino']) {
      expect(licences).toContain(`${name} `);
    }
    expect(licences).not.toContain('licence not stated');
    expect(statSync(path.join(native, 'lib/node.LICENSE')).size).toBeGreaterThan(1000);
  });

  it.each(['amd64', 'arm64'] as const)('can be made for %s', (arch) => {
    const build = buildRelease(path.join(folder, arch), arch);
    expect(readMachine(path.join(build, 'lib/node'))).toBe(MACHINE[arch]);
    expect(readMachine(path.join(build, 'lib/better_sqlite3.node'))).toBe(MACHINE[arch]);
  });

  it('refuses an architecture that there is no Node for', async () => {
    const { code, err } = await run(path.resolve(import.meta.dirname, '../../../scripts/build'), [
      '--arch',
      'mips',
    ]);
    expect(code).toBe(2);
    expect(err).toContain('there is no build for mips');
  });
});
