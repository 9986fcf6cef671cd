import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadedName } from '../../../agent/docker/image-name.ts';
import type { ImageLook } from '../../../agent/ports/engine.ts';
import { bringImages } from '../../../agent/sideload/bring-images.ts';
import { findArchive } from '../../../agent/sideload/find-archive.ts';
import { fullName, wantedImages } from '../../../agent/sideload/wanted-images.ts';
import type { BuiltImage } from '../../../lib/oci/image.ts';
import { readTar } from '../../../lib/oci/tar.ts';
import {
  buildSmallImage,
  layoutOf,
  savedOf,
  writeFolder,
  writeTarFile,
} from '../../lib/oci/image-archives.ts';

const NAME = 'registry.example.com/app:1';
let folder = '';
let image: BuiltImage;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'stick-'));
  image = await buildSmallImage(['amd64']);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Given {
  readonly here?: readonly string[];
  readonly refuses?: string;
  readonly reserveBytes?: number;
  readonly architecture?: string;
}

async function bring(references: readonly string[], archive: string, given: Given = {}) {
  const loads: unknown[] = [];
  const engine = {
    facts: async () => ({ architecture: given.architecture ?? 'amd64', dataRoot: folder }),
    look: async (reference: string): Promise<ImageLook> =>
      given.here?.includes(reference) === true
        ? { kind: 'here', id: 'sha256:1', platform: { architecture: 'amd64', variant: null } }
        : { kind: 'missing' },
    load: async (sent: Readable) => {
      for await (const entry of readTar(sent))
        if (entry.path === 'manifest.json') loads.push(...JSON.parse(await text(entry.content)));
      return given.refuses === undefined
        ? ({ ok: true } as const)
        : ({ ok: false, message: given.refuses } as const);
    },
  };
  const outcome = await bringImages(
    references.map((reference) => ({ reference, platform: null })),
    {
      ...{ engine, archive: path.join(folder, archive), reserveBytes: given.reserveBytes ?? 0 },
      signal: new AbortController().signal,
      onLoad: () => undefined,
    },
  );
  return { outcome, loads };
}

describe('images of an archive', () => {
  test('are loaded under the names that the document has', async () => {
    await writeTarFile(path.join(folder, 'images.tar'), await savedOf(image, NAME));
    expect(await bring([NAME], 'images.tar')).toMatchObject({
      outcome: { ok: true, loaded: [NAME] },
      loads: [{ RepoTags: [NAME], Layers: ['a/layer.tar'] }],
    });
  });

  test('by digest are loaded under the name that stands for it', async () => {
    writeFolder(path.join(folder, 'images'), await layoutOf(image, NAME));
    const reference = `registry.example.com/app@${image.index.digest}`;
    expect(await bring([reference], 'images')).toMatchObject({
      outcome: { ok: true, loaded: [reference] },
      loads: [{ RepoTags: [loadedName(reference)] }],
    });
  });

  test('that are here already are not loaded, and the archive is not read', async () => {
    expect(await bring([NAME], 'none.tar', { here: [NAME] })).toEqual({
      outcome: { ok: true, loaded: [] },
      loads: [],
    });
  });
});

describe('nothing is loaded where', () => {
  const OTHER = 'registry.example.com/other:1';

  test('one of them is not in the archive, and it is said what is', async () => {
    await writeTarFile(path.join(folder, 'images.tar'), await savedOf(image, NAME));
    const { outcome, loads } = await bring([NAME, OTHER], 'images.tar');
    expect(outcome).toMatchObject({
      code: 'image_not_in_archive',
      message: `the archive has no ${OTHER}; it has ${NAME}`,
    });
    expect(loads).toEqual([]);
  });

  test('it is wanted by a digest that docker save does not keep', async () => {
    await writeTarFile(path.join(folder, 'images.tar'), await savedOf(image, NAME));
    const { outcome } = await bring([`registry.example.com/app@${image.index.digest}`], 'images.tar');
    expect(outcome).toMatchObject({ code: 'image_not_in_archive', hint: expect.stringContaining('skopeo') });
  });

  test('it is for another CPU', async () => {
    await writeTarFile(path.join(folder, 'images.tar'), await savedOf(image, NAME));
    const { outcome } = await bring([NAME], 'images.tar', { architecture: 'arm64' });
    expect(outcome).toMatchObject({
      code: 'no_matching_platform',
      message: `${NAME} is in the archive for linux/amd64, and is wanted for linux/arm64`,
    });
  });

  test('the disk has no room for it', async () => {
    await writeTarFile(path.join(folder, 'images.tar'), await savedOf(image, NAME));
    const { outcome } = await bring([NAME], 'images.tar', { reserveBytes: Number.MAX_SAFE_INTEGER });
    expect(outcome).toMatchObject({ code: 'no_space', message: expect.stringContaining('are free in') });
  });

  test('the archive is none', async () => {
    const { outcome } = await bring([NAME], 'none.tar');
    expect(outcome).toMatchObject({ code: 'archive_invalid', message: expect.stringContaining('none.tar') });
  });

  test('the engine refuses it', async () => {
    await writeTarFile(path.join(folder, 'images.tar'), await savedOf(image, NAME));
    const { outcome } = await bring([NAME], 'images.tar', { refuses: 'invalid diffID' });
    expect(outcome).toMatchObject({
      code: 'load_failed',
      message: expect.stringContaining('invalid diffID'),
    });
  });
});

test('the archive beside a document is found by its name', async () => {
  expect(findArchive('compose.yaml', folder)).toBeNull();
  writeFolder(path.join(folder, 'images'), { 'index.json': Buffer.from('{}') });
  expect(findArchive('compose.yaml', folder)).toBe(path.join(folder, 'images'));
  writeFolder(folder, { 'images.tgz': Buffer.from('') });
  expect(findArchive(path.join(folder, 'compose.yaml'), '/')).toBe(path.join(folder, 'images.tgz'));
  expect(findArchive('-', folder)).toBeNull();
});

test('of a document each image is wanted once, for the platform that it says', () => {
  const services = {
    a: { image: 'app:1' },
    b: { image: 'app:1' },
    c: { image: 'app:1', platform: 'linux/arm/v7' },
  };
  expect(wantedImages({ services })).toEqual([
    { reference: 'app:1', platform: null },
    { reference: 'app:1', platform: { architecture: 'arm', variant: 'v7' } },
  ]);
  expect(wantedImages({ state: 'absent' })).toEqual([]);
});

test('names that mean the same are one', () => {
  expect(fullName('python')).toBe('docker.io/library/python:latest');
  expect(fullName('docker.io/library/python:latest')).toBe(fullName('python'));
  expect(fullName('NO')).toBeNull();
});
