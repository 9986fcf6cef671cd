/** Packages of another suite of Debian's archive, unpacked beside the system: the machine's own apt knows nothing of it. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { RigError, run } from './exec.ts';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

export interface Unpacking {
  readonly suite: string;
  readonly packages: readonly string[];
  /** An empty folder of the same file system as `scratch`. */
  readonly into: string;
  /** Lists and archives are kept here meanwhile. */
  readonly scratch: string;
}

export async function unpackPackages({ suite, packages, into, scratch }: Unpacking): Promise<void> {
  const dir = await mkdtemp(path.join(scratch, 'fetch-'));
  try {
    for (const folder of ['lists/partial', 'archives/partial'])
      await mkdir(path.join(dir, folder), { recursive: true });
    const source = `deb [signed-by=${KEYRING}] ${await debianSite()} ${suite} main\n`;
    await writeFile(path.join(dir, 'sources.list'), source);
    const options = [
      ...['-q', '-o', `Dir::Etc::sourcelist=${dir}/sources.list`, '-o', 'Dir::Etc::sourceparts=-'],
      ...['-o', `Dir::State::lists=${dir}/lists`, '-o', `Dir::Cache=${dir}`],
      ...['-o', 'Acquire::Languages=none', '-o', 'APT::Sandbox::User=root'],
    ];
    await run({ program: 'apt-get', args: [...options, 'update'] });
    // `download` has no folder of its own but the current one.
    await run({ program: 'apt-get', args: [...options, 'download', ...packages], cwd: dir });
    for (const archive of (await readdir(dir)).filter((name) => name.endsWith('.deb')))
      await run({ program: 'dpkg', args: ['-x', path.join(dir, archive), into] });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** The archive that this machine gets Debian's packages from: a mirror of its own, say. */
async function debianSite(): Promise<string> {
  const filters = ['Created-By: Packages', 'Origin: Debian'];
  const listing = await run({
    program: 'apt-get',
    args: ['indextargets', '--format', '$(SITE)', ...filters],
  });
  const [site = ''] = listing.split('\n');
  if (site !== '') return site;
  throw new RigError("apt's sources name no archive of Debian", {
    hint: 'Add one, and run: sudo apt-get update',
  });
}
