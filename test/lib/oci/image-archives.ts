// Archives of images as people make them, small enough to be written for each test.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type BuiltImage, composeImage } from '../../../lib/oci/image.ts';
import { createLayer } from '../../../lib/oci/layer.ts';
import { type TarEntry, writeTar } from '../../../lib/oci/tar.ts';

/** One layer, the same for both. */
export async function buildSmallImage(
  architectures: readonly string[] = ['amd64', 'arm64'],
): Promise<BuiltImage> {
  const layers = [
    await createLayer([{ path: 'app/main.py', type: 'file', content: Buffer.alloc(100_000, 'x') }]),
  ];
  const rest = { layers, cmd: ['python3'], env: {}, workingDir: '/app', exposedPorts: [] };
  return composeImage(
    architectures.map((architecture) => ({ platform: { os: 'linux', architecture }, ...rest })),
  );
}

/** As skopeo lays it out. */
export async function layoutOf(image: BuiltImage, name: string): Promise<Record<string, Buffer>> {
  const { mediaType, digest, size } = image.index;
  const annotations = { 'org.opencontainers.image.ref.name': name };
  const files: Record<string, Buffer> = {
    'oci-layout': Buffer.from('{"imageLayoutVersion": "1.0.0"}'),
    'index.json': Buffer.from(JSON.stringify({ manifests: [{ mediaType, digest, size, annotations }] })),
  };
  for (const { digest: at, data } of [image.index, ...image.manifests, ...image.configs])
    files[`blobs/${at.replace(':', '/')}`] = data;
  for (const layer of image.layers)
    files[`blobs/${layer.digest.replace(':', '/')}`] = await buffer(layer.read());
  return files;
}

/** As an engine up to 24 saves it: a layer that two images share is there once, with a link to it. */
export async function savedOf(image: BuiltImage, tag: string): Promise<TarEntry[]> {
  const [config] = image.configs;
  const [layer] = image.layers;
  if (config === undefined || layer === undefined) throw new Error('an image has both');
  const file = `${config.digest.replace('sha256:', '')}.json`;
  const manifest = [{ Config: file, RepoTags: [tag], Layers: ['b/layer.tar'] }];
  return [
    { path: 'a/layer.tar', type: 'file', content: await buffer(layer.read()) },
    { path: 'b/layer.tar', type: 'symlink', target: '../a/layer.tar' },
    { path: file, type: 'file', content: config.data },
    { path: 'manifest.json', type: 'file', content: Buffer.from(JSON.stringify(manifest)) },
  ];
}

export function entriesOf(files: Readonly<Record<string, Buffer>>): TarEntry[] {
  return Object.entries(files).map(([at, content]) => ({ path: at, type: 'file', content }));
}

export async function writeTarFile(file: string, entries: readonly TarEntry[]): Promise<void> {
  writeFileSync(file, await buffer(writeTar(entries)));
}

export function writeFolder(folder: string, files: Readonly<Record<string, Buffer>>): void {
  for (const [at, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, at)), { recursive: true });
    writeFileSync(path.join(folder, at), content);
  }
}
