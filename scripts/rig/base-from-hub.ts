/** The official Python image, read layer by layer from Docker Hub, with paho-mqtt from PyPI on top. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { collect, sha256 } from '../../lib/oci/content.ts';
import { parseConfig, parseIndex, parseManifest } from '../../lib/oci/documents.ts';
import { createLayer, type Layer } from '../../lib/oci/layer.ts';
import { Repository } from '../../lib/oci/repository.ts';
import { readTar, type TarEntry } from '../../lib/oci/tar.ts';
import type { BaseImage } from './base.ts';

const HUB = 'registry-1.docker.io';
const PAHO = 'https://pypi.org/pypi/paho-mqtt/2.1.0/json';
const PROBE_TIMEOUT_MS = 3_000;
const FETCH_TIMEOUT_MS = 300_000;

/** Of an image's configuration, and of paho's source. */
const MAX_BYTES = 16 * 1024 ** 2;

/** Fails quickly where there is no way to Docker Hub. */
export async function fetchHubBase(architectures: readonly string[]): Promise<readonly BaseImage[]> {
  await fetch(`https://${HUB}/v2/`, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
  const repository = new Repository({ host: HUB, name: 'library/python' });
  const paho = await fetchPaho();
  const signal = AbortSignal.timeout(FETCH_TIMEOUT_MS);
  const bases = await readBaseImages(repository, { tag: '3-slim', architectures, signal });
  return bases.map((base) => ({
    ...base,
    env: { ...base.env, PYTHONPATH: '/opt/python' },
    layers: [...base.layers, paho],
  }));
}

/** An image of any registry, one for each architecture. Layers come when they are read. */
export async function readBaseImages(
  repository: Repository,
  { tag, architectures, signal }: { tag: string; architectures: readonly string[]; signal?: AbortSignal },
): Promise<readonly BaseImage[]> {
  const index = parseIndex((await repository.getManifest(tag, signal)).data);
  return Promise.all(
    architectures.map(async (architecture) => {
      const entry = index.manifests.find(({ platform }) => platform?.architecture === architecture);
      if (!entry?.platform) throw new Error(`${tag} is not offered for ${architecture}`);
      const manifest = parseManifest((await repository.getManifest(entry.digest, signal)).data);
      const blob = await collect(repository.readBlob(manifest.config, signal), MAX_BYTES);
      const { config, rootfs } = parseConfig(blob);
      const layers = manifest.layers.map((layer, i): Layer => {
        const read = () => repository.readBlob(layer, signal);
        return { ...layer, diffId: rootfs.diff_ids[i] ?? '', read };
      });
      return { platform: entry.platform, env: parseEnv(config.Env ?? []), layers };
    }),
  );
}

// The source archive rather than the wheel: it is a tar, which the rig can read, and pure Python either way.
async function fetchPaho(): Promise<Layer> {
  const release: { urls: readonly { packagetype: string; url: string; digests: { sha256: string } }[] } =
    parse(await download(PAHO));
  const source = release.urls.find(({ packagetype }) => packagetype === 'sdist');
  if (!source) throw new Error('PyPI offers no source of paho-mqtt');
  const archive = await download(source.url);
  if (sha256(archive) !== `sha256:${source.digests.sha256}`) throw new Error(`${source.url} came damaged`);
  return createLayer(await pythonFilesOf(archive));
}

/** The package `paho` of a source archive, placed where PYTHONPATH points. */
export async function pythonFilesOf(archive: Buffer): Promise<readonly TarEntry[]> {
  const tar = createGunzip();
  pipeline(Readable.from([archive]), tar).catch(() => undefined); // the loop throws it
  const entries: TarEntry[] = [];
  for await (const { path, content } of readTar(tar)) {
    const inside = /^[^/]+\/src\/(paho\/.*\.py)$/.exec(path)?.[1];
    if (inside)
      entries.push({
        path: `opt/python/${inside}`,
        type: 'file',
        content: await collect(content, MAX_BYTES),
      });
  }
  return entries;
}

async function download(url: string): Promise<Buffer> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}

function parseEnv(env: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    env.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

// Sound for its callers: they name the part that they read of a document with a fixed specification.
function parse<T>(data: Buffer): T {
  return JSON.parse(data.toString('utf8'));
}
