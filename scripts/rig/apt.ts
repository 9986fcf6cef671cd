/** Debian packages that the rig's programs come from, installed only when the program is not there. */
import { existsSync } from 'node:fs';
import { asRoot, canBecomeRoot, findProgram, RigError, run } from './exec.ts';
import { withLock } from './lock.ts';
import type { Progress } from './progress.ts';

/** A program that the rig runs, and the package that brings it. */
export interface Need {
  readonly program: string;
  readonly pkg: string;
}

const POLICY = '/usr/sbin/policy-rc.d';

function missingNeeds(needs: readonly Need[]): readonly Need[] {
  return needs.filter(({ program }) => findProgram(program) === undefined);
}

export function canInstall(): boolean {
  return findProgram('apt-get') !== undefined;
}

/** Installs what is missing of `needs`, with one `apt-get update` only if it does not go without. */
export async function ensurePrograms(needs: readonly Need[], progress: Progress): Promise<void> {
  if (missingNeeds(needs).length === 0) return;
  await withLock('apt', async () => {
    const packages = [...new Set(missingNeeds(needs).map(({ pkg }) => pkg))];
    if (packages.length === 0) return;
    await refuseWithoutApt(packages);
    await progress.step(`Installing ${packages.join(', ')}`, () =>
      withoutServiceStarts(() => install(packages)),
    );
  });
}

async function refuseWithoutApt(packages: readonly string[]): Promise<void> {
  const wanted = packages.join(' ');
  if (!canInstall()) {
    throw new RigError(`These are missing: ${wanted}`, {
      hint: 'There is no apt-get here: install them with your own package manager, or start Docker.',
    });
  }
  if (!(await canBecomeRoot())) {
    throw new RigError(`These packages are missing: ${wanted}`, {
      hint: `Run this once: sudo apt-get install --no-install-recommends ${wanted}`,
    });
  }
}

async function install(packages: readonly string[]): Promise<void> {
  const apt = (...args: string[]) =>
    run(asRoot({ program: 'apt-get', args: ['-q', ...args], env: { DEBIAN_FRONTEND: 'noninteractive' } }));
  const installNow = () => apt('install', '-y', '--no-install-recommends', ...packages);
  try {
    await installNow();
  } catch {
    // Lists that are missing or old. A source that cannot be reached fails the update, yet not what we need.
    await apt('update').catch(() => {});
    await installNow();
  }
}

/**
 * Installing a daemon's package would start that daemon, system-wide. We want the program, not the service:
 * Debian asks `policy-rc.d` before it starts any, and on a machine with systemd what came is disabled too.
 */
async function withoutServiceStarts(work: () => Promise<void>): Promise<void> {
  const before = await enabledUnits();
  await withDenyingPolicy(work);
  const added = (await enabledUnits()).filter((unit) => !before.includes(unit));
  if (added.length > 0) await run(asRoot({ program: 'systemctl', args: ['disable', ...added] }));
}

async function withDenyingPolicy(work: () => Promise<void>): Promise<void> {
  if (existsSync(POLICY)) return work(); // the machine has its own, and it is not ours to overrule
  const script = `printf '#!/bin/sh\\nexit 101\\n' >${POLICY} && chmod +x ${POLICY}`;
  await run(asRoot({ program: 'sh', args: ['-c', script] }));
  try {
    await work();
  } finally {
    await run(asRoot({ program: 'rm', args: ['-f', POLICY] }));
  }
}

async function enabledUnits(): Promise<readonly string[]> {
  if (!existsSync('/run/systemd/system')) return [];
  const args = ['list-unit-files', '--state=enabled', '--no-legend', '--plain', '--type=service,socket'];
  const listing = await run({ program: 'systemctl', args });
  return listing.split('\n').flatMap((line) => line.trim().split(/\s+/)[0] || []);
}
