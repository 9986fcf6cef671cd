import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findImage, namesIn } from '../../../lib/oci/find-image.ts';
import type { BuiltImage } from '../../../lib/oci/image.ts';
import { type ArchiveContents, openArchive, surveyArchive } from '../../../lib/oci/image-archive.ts';
import type { TarEntry } from '../../../lib/oci/tar.ts';
import { buildSmallImage, entriesOf, layoutOf, savedOf, writeTarFile } from './image-archives.ts';

const AMD64 = { architecture: 'amd64', variant: null };
const NAME = 'registry.example.com/app:1';
const same = (name: string): string => name;
let folder = '';
let image: BuiltImage;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'find-'));
  image = await buildSmallImage();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function contentsOf(entries: readonly TarEntry[]): Promise<ArchiveContents> {
  const file = path.join(folder, 'a.tar');
  await writeTarFile(file, entries);
  return surveyArchive(openArchive(file), new AbortController().signal);
}

function blob({ digest }: { readonly digest: string }): string {
  return `blobs/${digest.replace(':', '/')}`;
}

function parts(built: BuiltImage, index: number) {
  const [config, layer] = [built.configs[index], built.layers[0]];
  return config && layer && { kind: 'found', image: { config: blob(config), layers: [blob(layer)] } };
}

test('of a layout by its name, for the platform that is wanted', async () => {
  const contents = await contentsOf(entriesOf(await layoutOf(image, NAME)));
  expect(findImage(contents, { name: NAME, digest: null, platform: AMD64 }, same)).toEqual(parts(image, 0));
  const arm = { architecture: 'arm64', variant: 'v8' };
  expect(findImage(contents, { name: NAME, digest: null, platform: arm }, same)).toEqual(parts(image, 1));
  expect(namesIn(contents)).toEqual([NAME]);
});

test('of a layout by the digest of its index or its manifest, whatever its name', async () => {
  const contents = await contentsOf(entriesOf(await layoutOf(image, 'other')));
  for (const { digest } of [image.index, image.manifests[0] ?? image.index])
    expect(findImage(contents, { name: NAME, digest, platform: AMD64 }, same)).toEqual(parts(image, 0));
});

test('of what docker save wrote by its tag, over links', async () => {
  const contents = await contentsOf(await savedOf(image, NAME));
  const found = findImage(contents, { name: NAME, digest: null, platform: AMD64 }, same);
  expect(found).toMatchObject({ kind: 'found', image: { layers: ['a/layer.tar'] } });
  expect(namesIn(contents)).toEqual([NAME]);
});

test('with another name, or a digest that docker save does not keep, is missing', async () => {
  const contents = await contentsOf(await savedOf(image, NAME));
  const { digest } = image.index;
  expect(findImage(contents, { name: 'x', digest: null, platform: AMD64 }, same)).toEqual({
    kind: 'missing',
  });
  expect(findImage(contents, { name: NAME, digest, platform: AMD64 }, same)).toEqual({ kind: 'missing' });
});

test('for other platforms alone is told with them', async () => {
  const wanted = { name: NAME, digest: null, platform: { architecture: 'riscv64', variant: null } };
  const layout = await contentsOf(entriesOf(await layoutOf(image, NAME)));
  expect(findImage(layout, wanted, same)).toEqual({
    kind: 'other_platform',
    platforms: ['linux/amd64', 'linux/arm64'],
  });
  const saved = await contentsOf(await savedOf(image, NAME));
  expect(findImage(saved, wanted, same)).toEqual({ kind: 'other_platform', platforms: ['linux/amd64'] });
});

test('another document under a digest is damage', async () => {
  const files = await layoutOf(image, NAME);
  files[blob(image.index)] = Buffer.from('{"manifests": []}');
  const contents = await contentsOf(entriesOf(files));
  expect(() => findImage(contents, { name: NAME, digest: null, platform: AMD64 }, same)).toThrow(
    expect.objectContaining({ code: 'content_damaged' }),
  );
});

test('a layer or a configuration that is not there is told', async () => {
  for (const part of [image.layers[0], image.configs[0]]) {
    const { [part === undefined ? '' : blob(part)]: _, ...files } = await layoutOf(image, NAME);
    const contents = await contentsOf(entriesOf(files));
    expect(() => findImage(contents, { name: NAME, digest: null, platform: AMD64 }, same)).toThrow(/lacks/);
  }
});

test.each(['{', '[{"Config": 3}]', 'null'])('manifest.json that holds %s is told', async (text) => {
  const entry = { path: 'manifest.json', type: 'file', content: Buffer.from(text) } as const;
  const index = { path: 'index.json', type: 'file', content: Buffer.from(`{"manifests": 3}`) } as const;
  const contents = await contentsOf([entry, index]);
  expect(() => namesIn(contents)).toThrow(expect.objectContaining({ code: 'content_invalid' }));
});
