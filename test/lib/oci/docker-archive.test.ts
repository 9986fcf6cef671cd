import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sizeOf, writeDockerArchive } from '../../../lib/oci/docker-archive.ts';
import type { BuiltImage } from '../../../lib/oci/image.ts';
import { openArchive } from '../../../lib/oci/image-archive.ts';
import { readTar } from '../../../lib/oci/tar.ts';
import { buildSmallImage, layoutOf, writeFolder } from './image-archives.ts';

let folder = '';
let image: BuiltImage;
let files: Record<string, Buffer>;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'docker-archive-'));
  image = await buildSmallImage();
  files = await layoutOf(image, 'app:1');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function named(tag: string) {
  const at = (digest = ''): string => `blobs/${digest.replace(':', '/')}`;
  return { tag, config: at(image.configs[0]?.digest), layers: [at(image.layers[0]?.digest)] };
}

async function written(tags: readonly string[]): Promise<Record<string, Buffer>> {
  writeFolder(folder, files);
  const found: Record<string, Buffer> = {};
  for await (const entry of readTar(writeDockerArchive(openArchive(folder), tags.map(named))))
    found[entry.path] = await buffer(entry.content);
  return found;
}

test('it has the parts of its images once each, and no others', async () => {
  const { config, layers } = named('');
  const found = await written(['app:1', 'app:2']);
  const parts = [config, ...layers];
  expect(Object.keys(found).toSorted()).toEqual(['manifest.json', ...parts].toSorted());
  for (const part of parts) expect(found[part]).toEqual(files[part]);
  expect(JSON.parse(String(found['manifest.json']))).toEqual([
    { Config: config, RepoTags: ['app:1'], Layers: layers },
    { Config: config, RepoTags: ['app:2'], Layers: layers },
  ]);
  const sizes = new Map(Object.entries(files).map(([at, { length }]) => [at, length]));
  expect(sizeOf(sizes, [named('app:1'), named('app:2')])).toBe(
    parts.reduce((sum, part) => sum + (files[part]?.length ?? 0), 0),
  );
});

test('a layer that is another than its digest says ends it', async () => {
  const [layer = ''] = named('').layers;
  files[layer] = Buffer.alloc(files[layer]?.length ?? 0, 'x');
  await expect(written(['app:1'])).rejects.toMatchObject({ message: expect.stringMatching(/digest/) });
});
