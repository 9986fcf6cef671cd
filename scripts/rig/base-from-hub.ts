/** The official Python image, read layer by layer from Docker Hub, with paho-mqtt from PyPI on top. */
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import type { BaseImage } from './base.ts';
import { createLayer, type Layer, type LayerEntry, sha256 } from './oci-layer.ts';
import { RegistryClient } from './registry-client.ts';

const HUB = 'registry-1.docker.io';
const PAHO = 'https://pypi.org/pypi/paho-mqtt/2.1.0/json';
const PROBE_TIMEOUT_MS = 3_000;
const FETCH_TIMEOUT_MS = 300_000;

interface ImageManifest {
  readonly layers: readonly { mediaType: string; digest: string; size: number }[];
  readonly config: { digest: string };
}

interface ImageIndex {
  readonly manifests: readonly {
    digest: string;
    platform?: { os: string; architecture: string; variant?: string };
  }[];
}

interface ImageConfigFile {
  readonly config: { Env?: readonly string[] };
  readonly rootfs: { diff_ids: readonly string[] };
}

/** Fails quickly where there is no way to Docker Hub. */
export async function fetchHubBase(architectures: readonly string[]): Promise<readonly BaseImage[]> {
  await fetch(`https://${HUB}/v2/`, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
  const client = new RegistryClient(HUB, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
  const paho = await fetchPaho();
  const bases = await readBaseImages(client, {
    name: 'library/python',
    tag: '3-slim',
    architectures,
  });
  return bases.map((base) => ({
    ...base,
    env: { ...base.env, PYTHONPATH: '/opt/python' },
    layers: [...base.layers, paho],
  }));
}

/** Reads an image of any registry, one for each architecture. */
export async function readBaseImages(
  client: RegistryClient,
  { name, tag, architectures }: { name: string; tag: string; architectures: readonly string[] },
): Promise<readonly BaseImage[]> {
  const index: ImageIndex = parse((await client.getManifest(name, tag)).data);
  return Promise.all(
    architectures.map(async (architecture) => {
      const entry = index.manifests.find(({ platform }) => platform?.architecture === architecture);
      if (!entry?.platform) throw new Error(`${name}:${tag} is not offered for ${architecture}`);
      const manifest: ImageManifest = parse((await client.getManifest(name, entry.digest)).data);
      const config: ImageConfigFile = parse(await client.getBlob(name, manifest.config.digest));
      const layers = manifest.layers.map((layer, i) =>
        fetchLayer(client, name, { ...layer, diffId: config.rootfs.diff_ids[i] ?? '' }),
      );
      return {
        platform: entry.platform,
        env: parseEnv(config.config.Env ?? []),
        layers: await Promise.all(layers),
      };
    }),
  );
}

async function fetchLayer(client: RegistryClient, name: string, layer: Omit<Layer, 'read'>): Promise<Layer> {
  const data = await client.getBlob(name, layer.digest);
  return { ...layer, read: async () => data };
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
export async function pythonFilesOf(archive: Buffer): Promise<readonly LayerEntry[]> {
  const tar = extract();
  tar.end(await promisify(gunzip)(archive));
  const entries: LayerEntry[] = [];
  for await (const entry of tar) {
    const content = await buffer(entry);
    const path = /^[^/]+\/src\/(paho\/.*\.py)$/.exec(entry.header.name)?.[1];
    if (path) entries.push({ path: `opt/python/${path}`, type: 'file', content });
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
