/** Docker Compose 2.26 out of Debian 13's archive, unpacked beside the system: what it makes of a file is what a file means. */
import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { cacheDir } from './cache.ts';
import { unpackPackages } from './debian-packages.ts';
import { withLock } from './lock.ts';
import type { Progress } from './progress.ts';

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

async function fetchTo(program: string): Promise<void> {
  const scratch = cacheDir('compose');
  const into = await mkdtemp(path.join(scratch, 'root-'));
  try {
    await unpackPackages({ suite: 'trixie', packages: ['docker-compose'], into, scratch });
    await rename(path.join(into, PLUGIN), program);
  } finally {
    await rm(into, { recursive: true, force: true });
  }
}
