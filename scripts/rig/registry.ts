/** Image registries on 127.0.0.1: the one that the demo and tests share, and throwaway ones with passwords. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Credentials } from '../../lib/oci/registry-auth.ts';
import { canInstall, ensurePrograms, type Need } from './apt.ts';
import { cacheDir } from './cache.ts';
import { type Daemon, endDaemon, findDaemon, startDaemon } from './daemon.ts';
import { findProgram, RigError, run } from './exec.ts';
import { withLock } from './lock.ts';
import { freePort } from './port.ts';
import { type Progress, quietProgress } from './progress.ts';
import { ensureRegistryContainer, stopRegistryContainer } from './registry-container.ts';

export interface Registry {
  /** Such as `127.0.0.1:5000`; image references start with it. */
  readonly host: string;
}

export interface ThrowawayRegistry extends Registry {
  readonly port: number;
  /** Ends it; `start` brings it back on the same port with what it held. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

export const registryNeeds: readonly Need[] = [{ program: 'docker-registry', pkg: 'docker-registry' }];

const USUAL_PORT = 5000;

/** The shared registry: its images are in the cache and outlive it. */
export async function ensureRegistry(progress: Progress): Promise<Registry> {
  const isContainer = runsAsContainer();
  if (!isContainer) await ensurePrograms(registryNeeds, progress);
  return withLock('registry', () =>
    progress.step('Starting the image registry', async () => {
      if (isContainer) return { host: await ensureRegistryContainer(await freePort(USUAL_PORT)) };
      const dir = cacheDir('registry');
      const port = await keptPort(dir);
      writeConfig(dir, port);
      await startDaemon(registryDaemon(dir, port));
      return { host: `127.0.0.1:${port}` };
    }),
  );
}

/** Ends the shared registry, if it runs. */
export async function stopRegistry(): Promise<void> {
  if (runsAsContainer()) await stopRegistryContainer();
  else await endDaemon(registryDaemon(cacheDir('registry'), USUAL_PORT), 'SIGTERM');
}

function runsAsContainer(): boolean {
  return !findProgram('docker-registry') && !canInstall();
}

/** A registry for one test. With `htpasswd` it wants that user name and password for everything. */
export async function startRegistry(options: {
  dir: string;
  htpasswd?: Credentials;
  port?: number;
}): Promise<ThrowawayRegistry> {
  await ensurePrograms(registryNeeds, quietProgress);
  const dir = path.resolve(options.dir);
  const port = options.port ?? (await freePort());
  mkdirSync(dir, { recursive: true });
  writeConfig(dir, port, options.htpasswd && (await writeHtpasswd(dir, options.htpasswd)));
  const daemon = registryDaemon(dir, port);
  await startDaemon(daemon);
  return {
    host: `127.0.0.1:${port}`,
    port,
    stop: () => endDaemon(daemon, 'SIGTERM'),
    start: () => startDaemon(daemon),
  };
}

function registryDaemon(dir: string, port: number): Daemon {
  const config = configFile(dir);
  return {
    program: 'docker-registry',
    args: ['serve', config],
    pidFile: path.join(dir, 'registry.pid'),
    logFile: path.join(dir, 'registry.log'),
    mark: config,
    isReady: () => answers(port),
  };
}

function writeConfig(dir: string, port: number, htpasswd?: { realm: string; path: string }): void {
  const document = {
    version: '0.1',
    log: { level: 'warn' },
    storage: { filesystem: { rootdirectory: path.join(dir, 'data') }, delete: { enabled: true } },
    http: { addr: `127.0.0.1:${port}` },
    ...(htpasswd ? { auth: { htpasswd } } : {}),
  };
  writeFileSync(configFile(dir), JSON.stringify(document)); // JSON is YAML too
}

function configFile(dir: string): string {
  return path.join(dir, 'config.yml');
}

// Image references hold the port, so it stays the same while nobody else takes it.
async function keptPort(dir: string): Promise<number> {
  const file = path.join(dir, 'port');
  const kept = existsSync(file) ? Number(readFileSync(file, 'utf8')) : USUAL_PORT;
  const isUp = findDaemon(registryDaemon(dir, kept)) !== undefined;
  const port = isUp ? kept : await freePort(kept);
  writeFileSync(file, String(port));
  return port;
}

async function answers(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/v2/`).then(
    ({ status }) => status === 200 || status === 401,
    () => false,
  );
}

// bcrypt is all that the registry takes. The C library of Debian makes it, and perl, which every Debian has,
// hands it through.
async function writeHtpasswd(
  dir: string,
  { username, password }: Credentials,
): Promise<{ realm: string; path: string }> {
  const salt = `$2b$05$${randomBytes(16).toString('hex').slice(0, 22)}`;
  const script = 'my $p = <STDIN>; print crypt($p, $ARGV[0])';
  const hash = await run({ program: 'perl', args: ['-e', script, salt], input: password });
  if (!hash.startsWith('$2b$')) throw new RigError('The crypt() of this system does not know bcrypt');
  const file = path.join(dir, 'htpasswd');
  writeFileSync(file, `${username}:${hash}\n`);
  return { realm: 'holdfast-rig', path: file };
}
