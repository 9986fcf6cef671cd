/**
 * Python base images for both architectures, made once and kept in the cache: `python:3-slim` where Docker Hub
 * can be reached, else a root file system of Debian's packages. No image builder and no emulation is needed.
 */
import {
  createReadStream,
  createWriteStream,
  existsSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type BaseImage, deviceArchitectures } from './base.ts';
import { buildDebianBase } from './base-from-debian.ts';
import { fetchHubBase } from './base-from-hub.ts';
import { cacheDir } from './cache.ts';
import { findProgram, RigError } from './exec.ts';
import { withLock } from './lock.ts';
import type { Progress } from './progress.ts';

export async function ensureBaseImages(progress: Progress): Promise<readonly BaseImage[]> {
  return (
    findBaseImages() ?? withLock('base-images', async () => findBaseImages() ?? makeBaseImages(progress))
  );
}

async function makeBaseImages(progress: Progress): Promise<readonly BaseImage[]> {
  // No way to Docker Hub is nothing to report: there is another source.
  const fromHub = await progress.step('Looking for python:3-slim', () =>
    fetchHubBase(deviceArchitectures)
      .then(keepAll)
      .catch(() => undefined),
  );
  return fromHub ?? keepAll(await buildFromDebian(progress));
}

/** The same, read from the cache. */
async function keepAll(bases: readonly BaseImage[]): Promise<readonly BaseImage[]> {
  for (const base of bases) await keep(base);
  return bases.map(({ platform }) => load(baseFile(platform.architecture)));
}

async function buildFromDebian(progress: Progress): Promise<readonly BaseImage[]> {
  if (!findProgram('apt-get')) {
    throw new RigError('The Python base image can be had from nowhere', {
      hint: 'Docker Hub cannot be reached, and there is no apt-get here to build one from packages.',
    });
  }
  return Promise.all(deviceArchitectures.map((architecture) => buildDebianBase(architecture, progress)));
}

function findBaseImages(): readonly BaseImage[] | undefined {
  const files = deviceArchitectures.map(baseFile);
  return files.every((file) => existsSync(file)) ? files.map(load) : undefined;
}

// The layers first and the description last, and that by a rename: a half-made base is none.
async function keep(base: BaseImage): Promise<void> {
  for (const layer of base.layers) await pipeline(layer.read(), createWriteStream(blobFile(layer.digest)));
  const file = baseFile(base.platform.architecture);
  writeFileSync(`${file}.new`, JSON.stringify(base));
  renameSync(`${file}.new`, file);
}

function load(file: string): BaseImage {
  // Sound: only `keep` writes this file, and JSON drops nothing of it but `read`.
  const base: BaseImage = JSON.parse(readFileSync(file, 'utf8'));
  const layers = base.layers.map((layer) => ({
    ...layer,
    read: () => createReadStream(blobFile(layer.digest)),
  }));
  return { ...base, layers };
}

function baseFile(architecture: string): string {
  return path.join(cacheDir('base'), `python-${architecture}.json`);
}

function blobFile(digest: string): string {
  return path.join(cacheDir('base'), `${digest.slice('sha256:'.length)}.tar.gz`);
}
