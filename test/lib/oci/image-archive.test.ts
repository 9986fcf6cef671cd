import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openArchive, surveyArchive } from '../../../lib/oci/image-archive.ts';
import type { TarEntry } from '../../../lib/oci/tar.ts';
import {
  buildSmallImage,
  entriesOf,
  layoutOf,
  savedOf,
  writeFolder,
  writeTarFile,
} from './image-archives.ts';

const { signal } = new AbortController();
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'archive-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function survey(file: string) {
  return surveyArchive(openArchive(path.join(folder, file)), signal);
}

describe('an archive', () => {
  test('as a folder, a tar and a zipped tar holds the same', async () => {
    const files = await layoutOf(await buildSmallImage(), 'app:1');
    writeFolder(path.join(folder, 'images'), files);
    await writeTarFile(path.join(folder, 'images.tar'), entriesOf(files));
    writeFileSync(path.join(folder, 'other'), gzipSync(readFileSync(path.join(folder, 'images.tar'))));
    const sizes = Object.entries(files).map(([at, { length }]) => [at, length]);
    for (const file of ['images', 'images.tar', 'other']) {
      const contents = await survey(file);
      expect(Object.fromEntries(contents.sizes)).toEqual(Object.fromEntries(sizes));
      expect(contents.documents.get('index.json')).toEqual(files['index.json']);
      expect([...contents.documents.keys()].length).toBe(sizes.length - 1);
    }
  });

  test('with links says what they stand for', async () => {
    await writeTarFile(path.join(folder, 'saved.tar'), await savedOf(await buildSmallImage(), 'app:1'));
    expect([...(await survey('saved.tar')).links]).toEqual([['b/layer.tar', 'a/layer.tar']]);
  });

  test('that goes away while it is read is told by whoever reads, and by nobody else', async () => {
    writeFolder(path.join(folder, 'images'), await layoutOf(await buildSmallImage(), 'app:1'));
    let passed = 0;
    for await (const { content } of openArchive(path.join(folder, 'images')).entries()) {
      passed += 1;
      // Of the first nothing is read, and the last one is read too late.
      if (passed === 1) continue;
      rmSync(path.join(folder, 'images'), { recursive: true });
      await expect(content.toArray()).rejects.toMatchObject({
        code: 'content_invalid',
        cause: { code: 'ENOENT' },
      });
      break;
    }
    expect(passed).toBe(2);
  });

  test('is given up when nobody waits any more', async () => {
    await writeTarFile(path.join(folder, 'a.tar'), [{ path: 'a', type: 'file', content: Buffer.from('a') }]);
    const surveying = surveyArchive(openArchive(path.join(folder, 'a.tar')), AbortSignal.abort());
    await expect(surveying).rejects.toThrow('aborted');
  });
});

describe('what is no archive is told:', () => {
  const outside: TarEntry = { path: 'x', type: 'file', content: Buffer.from('x') };
  const tars: readonly [string, readonly TarEntry[]][] = [
    ['a path that leads outside', [{ ...outside, path: '../x' }]],
    ['a link that leads outside', [{ path: 'a/b', type: 'symlink', target: '../../etc/passwd' }]],
  ];
  test.each(tars)('%s', async (_, entries) => {
    await writeTarFile(path.join(folder, 'a.tar'), entries);
    await expect(survey('a.tar')).rejects.toMatchObject({ code: 'content_invalid' });
  });

  test('one that is cut, also where it is zipped', async () => {
    const files = await layoutOf(await buildSmallImage(), 'app:1');
    const big = { path: 'big', type: 'file', content: Buffer.alloc(8 * 1024 * 1024, 'x') } as const;
    await writeTarFile(path.join(folder, 'a.tar'), [...entriesOf(files), big]);
    const whole = readFileSync(path.join(folder, 'a.tar'));
    const zipped = gzipSync(whole, { level: 1 });
    writeFileSync(path.join(folder, 'cut.tar'), whole.subarray(0, whole.length / 2));
    writeFileSync(path.join(folder, 'cut.tar.gz'), zipped.subarray(0, zipped.length / 2));
    for (const file of ['cut.tar', 'cut.tar.gz'])
      await expect(survey(file)).rejects.toMatchObject({ code: 'content_invalid' });
  });

  test('text, a device, an empty folder, and nothing', async () => {
    writeFileSync(path.join(folder, 'text'), 'x'.repeat(5000));
    mkdirSync(path.join(folder, 'empty'));
    for (const file of ['text', 'empty', 'none', '../../../../../../dev/zero'])
      await expect((async () => survey(file))()).rejects.toMatchObject({ code: 'content_invalid' });
  });
});
