/** Docker Compose 2.26 out of Debian 13's archive, unpacked beside the system: what it makes of a file is what a file means. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cacheDir } from './cache.ts';
import { RigError, run } from './exec.ts';
import { withLock } from './lock.ts';
import type { Progress } from './progress.ts';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const PLUGIN = 'usr/libexec/docker/cli-plugins/docker-compose';

/** The path of the program; downloaded and unpacked where it is not there yet. */
export async function ensureComposeCli(progress: Progress): Promise<string> {
  const program = path.join(cacheDir('compose'), 'docker-compose');
  if (existsSync(program)) return program;
  await withLock('compose-cli', async () => {
    if (existsSync(program)) return;
    await progress.step('Fetching Docker Compose 2.26', () => fetchTo(program));
  });
  return program;
}

/** With lists and caches of its own, so that the machine's apt knows nothing of another suite. */
async function fetchTo(program: string): Promise<void> {
  const dir = await mkdtemp(path.join(cacheDir('compose'), 'fetch-'));
  try {
    for (const folder of ['lists/partial', 'archives/partial', 'root'])
      await mkdir(path.join(dir, folder), { recursive: true });
    const source = `deb [signed-by=${KEYRING}] ${await debianSite()} trixie main\n`;
    await writeFile(path.join(dir, 'sources.list'), source);
    const options = [
      ...['-q', '-o', `Dir::Etc::sourcelist=${dir}/sources.list`, '-o', 'Dir::Etc::sourceparts=-'],
      ...['-o', `Dir::State::lists=${dir}/lists`, '-o', `Dir::Cache=${dir}`],
      ...['-o', 'Acquire::Languages=none', '-o', 'APT::Sandbox::User=root'],
    ];
    await run({ program: 'apt-get', args: [...options, 'update'] });
    // `download` has no folder of its own but the current one.
    await run({ program: 'apt-get', args: [...options, 'download', 'docker-compose'], cwd: dir });
    const archive = (await readdir(dir)).find((name) => name.endsWith('.deb'));
    if (archive === undefined) throw new RigError('apt-get left no package of docker-compose');
    await run({ program: 'dpkg', args: ['-x', path.join(dir, archive), path.join(dir, 'root')] });
    await rename(path.join(dir, 'root', PLUGIN), program);
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
