import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProgram } from '../../../scripts/rig/exec.ts';
import { makeFakeBuild, makeFolder, ROOT, run } from './staging.ts';

const UNIT = readFileSync(path.join(ROOT, 'systemd/holdfast.service'), 'utf8');

let folder = '';

beforeAll(() => {
  folder = makeFolder();
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The unit with its program where it is staged: `verify` wants it to exist. */
function stageUnit(change: (unit: string) => string = (unit) => unit): string {
  const build = makeFakeBuild(path.join(folder, 'build'), '1.0.0');
  const file = path.join(folder, 'holdfast.service');
  writeFileSync(file, change(UNIT.replaceAll('/usr/lib/holdfast/', `${build}/`)));
  return file;
}

describe.runIf(findProgram('systemd-analyze'))('holdfast.service', () => {
  it('is understood by systemd without a complaint', async () => {
    expect(await run('systemd-analyze', ['verify', stageUnit()])).toEqual({ code: 0, out: '', err: '' });
  });

  it('would be complained about if a key were wrong', async () => {
    const broken = stageUnit((unit) => unit.replace('WatchdogSec=', 'WatchdogSeconds='));
    expect((await run('systemd-analyze', ['verify', broken])).err).toContain('WatchdogSeconds');
  });

  it('exposes little', async () => {
    const { out } = await run('systemd-analyze', ['security', '--offline=true', stageUnit()]);
    const score = /Overall exposure level for holdfast\.service: ([\d.]+)/.exec(out)?.[1];
    console.log(`systemd-analyze security: ${score} (0 is best, 10 is worst)`);
    expect(Number(score)).toBeLessThan(2);
  });

  it('starts with no network and never gives up', () => {
    const settings = UNIT.split('\n').filter((line) => !line.startsWith('#'));
    expect(settings.filter((line) => line.includes('network-online'))).toEqual([]);
    expect(settings).toEqual(
      expect.arrayContaining([
        'StartLimitIntervalSec=0',
        'Restart=always',
        'Type=notify',
        'NotifyAccess=all',
      ]),
    );
  });
});
