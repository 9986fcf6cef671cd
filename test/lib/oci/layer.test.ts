import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../lib/oci/content.ts';
import { createLayer } from '../../../lib/oci/layer.ts';
import type { TarEntry } from '../../../lib/oci/tar.ts';

const main: TarEntry = { path: 'app/main.py', type: 'file', content: Buffer.from('print(1)\n') };
const link: TarEntry = { path: 'app/python', type: 'symlink', target: '/usr/bin/python3' };

describe('a layer', () => {
  test('has the same digest whatever the order of its entries', async () => {
    const one = await createLayer([main, link]);
    const other = await createLayer([link, main]);
    expect(other.digest).toBe(one.digest);
  });

  test('has another digest when a byte differs', async () => {
    const one = await createLayer([main]);
    const other = await createLayer([{ ...main, content: Buffer.from('print(2)\n') }]);
    expect(other.digest).not.toBe(one.digest);
  });

  test('names what it holds: the digest of its bytes, the diff id of its tar, its size', async () => {
    const layer = await createLayer([main]);
    const data = await buffer(layer.read());
    expect(layer.digest).toBe(sha256(data));
    expect(layer.diffId).toBe(sha256(gunzipSync(data)));
    expect(layer.size).toBe(data.length);
  });

  test('holds the folders of its files, each before what is in it', async () => {
    const tar = gunzipSync(await buffer((await createLayer([main])).read()));
    expect(tar.subarray(0, 5).toString()).toBe('app/\0');
    expect(tar.subarray(512, 524).toString()).toBe('app/main.py\0');
  });

  test('can be read again, from files that are opened anew each time', async () => {
    let opened = 0;
    const data = Buffer.alloc(300_000, 'data ');
    const read = () => {
      opened += 1;
      return Readable.from([data.subarray(0, 70_000), data.subarray(70_000)]);
    };
    const streamed = await createLayer([{ ...main, content: { size: data.length, read } }]);
    const whole = await createLayer([{ ...main, content: data }]);
    expect(streamed.digest).toBe(whole.digest);
    const before = opened;
    expect(sha256(await buffer(streamed.read()))).toBe(streamed.digest);
    expect(opened).toBe(before + 1);
  });

  test('is compressed as gzip does it, and says nothing of the system', async () => {
    const data = await buffer((await createLayer([main])).read());
    const again = gzipSync(gunzipSync(data), { level: 6 });
    again[9] = 255;
    expect(data).toEqual(again);
  });

  test('of a file that is shorter than it says fails', async () => {
    const content = { size: 10, read: () => Readable.from([Buffer.from('short')]) };
    await expect(createLayer([{ ...main, content }])).rejects.toThrow();
  });
});
