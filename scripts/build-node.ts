// The Node binary for a device's architecture, at the version that the checkout pins.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { cacheDir } from './rig/cache.ts';

/** As image indexes and Debian name it → as Node names it. */
export const ARCHITECTURES = { amd64: 'x64', arm64: 'arm64' } as const;
export type Architecture = keyof typeof ARCHITECTURES;

export interface NodeFiles {
  readonly binary: string;
  readonly licence: string;
}

/**
 * The package that npm installed, where the machine is of that architecture; else the one npm would have
 * installed there, kept in the cache: npm leaves packages for other processors out.
 */
export function findNode(root: string, arch: Architecture): NodeFiles {
  const name = `node-linux-${ARCHITECTURES[arch]}`;
  const installed = path.join(root, 'node_modules', name);
  const folder = existsSync(path.join(installed, 'bin/node')) ? installed : fetchPackage(root, name);
  return { binary: path.join(folder, 'bin/node'), licence: path.join(folder, 'LICENSE') };
}

function fetchPackage(root: string, name: string): string {
  const { version, integrity } = readLockEntry(root, name);
  const folder = path.join(cacheDir('build'), `${name}-${version}`);
  if (existsSync(folder)) return folder;
  const work = `${folder}.${process.pid}`;
  mkdirSync(work, { recursive: true });
  try {
    execFileSync('npm', ['pack', '--silent', '--pack-destination', work, `${name}@${version}`], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const archive = path.join(work, `${name}-${version}.tgz`);
    checkIntegrity(archive, integrity);
    execFileSync('tar', ['-xzf', archive, '-C', work]);
    // The rename makes it whole or absent, also when two builds run at once.
    if (!existsSync(folder)) renameSync(path.join(work, 'package'), folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return folder;
}

/** The lock file is what was reviewed; what the registry sends must be that. */
function checkIntegrity(archive: string, integrity: string): void {
  const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  if (found !== integrity) throw new Error(`${path.basename(archive)} is not what package-lock.json names`);
}

function readLockEntry(root: string, name: string): { version: string; integrity: string } {
  const lock: unknown = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'));
  const { version, integrity } = Object(lock).packages?.[`node_modules/${name}`] ?? {};
  if (typeof version !== 'string' || typeof integrity !== 'string') {
    throw new Error(`package-lock.json does not pin ${name}`);
  }
  return { version, integrity };
}
