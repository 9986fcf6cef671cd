import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { readTar, type TarEntry, writeTar } from '../../../lib/oci/tar.ts';

const ENTRIES: readonly TarEntry[] = [
  { path: 'etc', type: 'directory', mode: 0o700 },
  { path: 'etc/name', type: 'file', mode: 0o600, content: Buffer.from('edge') },
  { path: 'etc/alias', type: 'symlink', mode: 0o755, target: '/etc/name' },
  { path: 'etc/other', type: 'link', mode: 0o755, target: 'etc/name' },
];

async function entriesIn(archive: Readable): Promise<unknown[]> {
  const entries = [];
  for await (const { content, ...entry } of readTar(archive))
    entries.push({ ...entry, content: (await buffer(content)).toString() });
  return entries;
}

test('what was written is read', async () => {
  expect(await entriesIn(writeTar(ENTRIES))).toEqual(
    ENTRIES.map(({ content, ...entry }) => ({
      ...entry,
      ...(content === undefined ? { size: 0, content: '' } : { size: 4, content: 'edge' }),
    })),
  );
});

test('content that nobody reads is skipped', async () => {
  const large = Buffer.alloc(1_000_000, 'x');
  const archive = writeTar(['a', 'b', 'c'].map((path) => ({ path, type: 'file', content: large })));
  const paths = [];
  for await (const { path } of readTar(archive)) paths.push(path);
  expect(paths).toEqual(['a', 'b', 'c']);
});

test('a path that leads outside is refused', async () => {
  const archive = writeTar([{ path: 'a/../../etc/passwd', type: 'file' }]);
  await expect(entriesIn(archive)).rejects.toMatchObject({ code: 'content_invalid' });
});

test.each([
  ['no tar', Readable.from([Buffer.alloc(2048, 'no tar')])],
  ['cut off', Readable.from(cutOff())],
])('an archive that is %s is refused', async (_, archive) => {
  await expect(entriesIn(archive)).rejects.toMatchObject({ code: 'content_invalid' });
});

async function* cutOff(): AsyncGenerator<Buffer> {
  const whole = await buffer(writeTar([{ path: 'a', type: 'file', content: Buffer.alloc(5000) }]));
  yield whole.subarray(0, 3000);
}

test('one that is given up leaves its files closed', async () => {
  const source = Readable.from(endless());
  const archive = writeTar([{ path: 'a', type: 'file', content: { size: 10 ** 9, read: () => source } }]);
  for await (const _ of archive) break;
  await expect.poll(() => source.destroyed).toBe(true);
});

function* endless(): Generator<Buffer> {
  for (;;) yield Buffer.alloc(64 * 1024);
}
