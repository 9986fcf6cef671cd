import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../../agent/config/read-config.ts';
import { makeFakeBuild, makeFolder, ROOT, run } from './staging.ts';

let folder = '';
let stage = '';

beforeEach(() => {
  folder = makeFolder();
  stage = path.join(folder, 'stage');
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function install(version: string, ...args: readonly string[]) {
  const build = makeFakeBuild(path.join(folder, version), version);
  return run(path.join(build, 'install'), ['--root', stage, ...args]);
}

function listFiles(): string[] {
  return readdirSync(stage, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(stage, path.join(entry.parentPath, entry.name)))
    .sort();
}

describe('scripts/install', () => {
  it('puts everything in its place', async () => {
    const { code, out } = await install('1.0.0');
    expect(code).toBe(0);
    expect(out).toContain('installed holdfast 1.0.0');
    expect(listFiles()).toEqual([
      'etc/holdfast/holdfast.toml',
      'etc/systemd/system/holdfast.service',
      'usr/bin/holdfast',
      'usr/lib/holdfast/LICENSE',
      'usr/lib/holdfast/THIRD-PARTY-LICENSES',
      'usr/lib/holdfast/bin/holdfast',
      'usr/lib/holdfast/install',
      'usr/lib/holdfast/lib/holdfast.cjs',
      'usr/lib/holdfast/lib/node',
      'usr/lib/holdfast/systemd/holdfast.service',
      'usr/lib/holdfast/systemd/holdfast.sysusers',
      'usr/lib/holdfast/systemd/holdfast.toml',
      'usr/lib/sysusers.d/holdfast.conf',
    ]);
    expect(readlinkSync(path.join(stage, 'usr/bin/holdfast'))).toBe('../lib/holdfast/bin/holdfast');
    // It may come to hold a password.
    expect(statSync(path.join(stage, 'etc/holdfast/holdfast.toml')).mode & 0o777).toBe(0o640);
  });

  it('upgrades, keeping configuration and data, and can be repeated', async () => {
    await install('1.0.0');
    const config = path.join(stage, 'etc/holdfast/holdfast.toml');
    writeFileSync(config, 'device = "mine"\n');
    const data = path.join(stage, 'var/lib/holdfast/state.db');
    mkdirSync(path.dirname(data), { recursive: true });
    writeFileSync(data, 'data');
    writeFileSync(path.join(stage, 'usr/lib/holdfast/lib/of-an-older-version'), '');
    for (const version of ['1.1.0', '1.1.0']) {
      const { code, out } = await install(version);
      expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('holdfast 1.1.0') });
    }
    expect(readFileSync(config, 'utf8')).toBe('device = "mine"\n');
    expect(readFileSync(data, 'utf8')).toBe('data');
    expect(listFiles()).not.toContain('usr/lib/holdfast/lib/of-an-older-version');
  });

  it('installs again from where it is installed', async () => {
    await install('1.0.0');
    const before = listFiles();
    const { code } = await run(path.join(stage, 'usr/lib/holdfast/install'), ['--root', stage]);
    expect(code).toBe(0);
    expect(listFiles()).toEqual(before);
  });

  it('uninstalls, keeping configuration and data unless told to purge', async () => {
    await install('1.0.0');
    mkdirSync(path.join(stage, 'var/lib/holdfast'), { recursive: true });
    writeFileSync(path.join(stage, 'var/lib/holdfast/state.db'), 'data');
    expect((await install('1.0.0', '--uninstall')).code).toBe(0);
    expect(listFiles()).toEqual(['etc/holdfast/holdfast.toml', 'var/lib/holdfast/state.db']);
    expect((await install('1.0.0', '--uninstall', '--purge')).code).toBe(0);
    expect(listFiles()).toEqual([]);
    const again = await install('1.0.0', '--uninstall');
    expect(again).toMatchObject({ code: 0, out: expect.stringContaining('not installed here') });
  });

  it.each([
    [['--fly'], "unknown option '--fly'"],
    [['--purge'], '--purge goes with --uninstall'],
    [['--root'], '--root needs a directory'],
  ])('refuses %j and changes nothing', async (args, complaint) => {
    const { code, err } = await install('1.0.0', ...args);
    expect(code).toBe(2);
    expect(err).toContain(complaint);
    expect(existsSync(stage)).toBe(false);
  });

  it('says what it needs where it lies alone', async () => {
    const build = makeFakeBuild(path.join(folder, 'alone'), '1.0.0');
    rmSync(path.join(build, 'lib'), { recursive: true });
    const { code, err } = await run(path.join(build, 'install'), ['--root', stage]);
    expect(code).toBe(2);
    expect(err).toContain('neither a build folder nor a checkout');
  });
});

describe('the sample configuration', () => {
  const sample = path.join(ROOT, 'systemd/holdfast.toml');

  it('is valid as it comes', () => {
    const config = readConfig({ argvConfigPath: sample, env: {}, hostName: 'edge-09' });
    expect(config.device).toBe('edge-09');
    expect(config.broker.host).toBe('broker.example.com');
  });

  it('is valid with every example switched on', () => {
    const all = path.join(folder, 'all.toml');
    // An example is a commented key or table; all else behind a "#" is prose.
    writeFileSync(all, readFileSync(sample, 'utf8').replace(/^#(?=[a-z_]+ = |\[)/gm, ''));
    const config = readConfig({ argvConfigPath: all, env: {}, hostName: 'edge-09' });
    expect(config).toMatchObject({
      device: 'edge-01',
      broker: { certFile: '/etc/holdfast/device.pem' },
      registries: { 'registry.example.com': { username: 'edge' } },
      trust: { required: false },
    });
  });
});
