import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { composeImage } from '../../scripts/rig/oci-image.ts';
import { createLayer, type LayerEntry, sha256 } from '../../scripts/rig/oci-layer.ts';

const main: LayerEntry = { path: 'app/main.py', type: 'file', content: Buffer.from('print(1)\n') };
const link: LayerEntry = { path: 'app/python', type: 'symlink', target: '/usr/bin/python3' };

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
    const data = await layer.read();
    expect(layer.digest).toBe(sha256(data));
    expect(layer.diffId).toBe(sha256(gunzipSync(data)));
    expect(layer.size).toBe(data.length);
  });

  test('holds the folders of its files, each before what is in it', async () => {
    const tar = gunzipSync(await (await createLayer([main])).read());
    expect(tar.subarray(0, 5).toString()).toBe('app/\0');
    expect(tar.subarray(512, 524).toString()).toBe('app/main.py\0');
  });
});

describe('an image', () => {
  test('for two platforms has one index over two manifests, and shared layers once', async () => {
    const layers = [await createLayer([main])];
    const rest = {
      layers,
      cmd: ['python3', 'main.py'],
      env: { A: '1' },
      workingDir: '/app',
      exposedPorts: [80],
    };
    const image = composeImage([
      { platform: { os: 'linux', architecture: 'amd64' }, ...rest },
      { platform: { os: 'linux', architecture: 'arm64' }, ...rest },
    ]);
    const index = JSON.parse(image.index.data.toString());
    expect(index.manifests).toEqual([
      expect.objectContaining({
        platform: { os: 'linux', architecture: 'amd64' },
        digest: image.manifests[0]?.digest,
      }),
      expect.objectContaining({
        platform: { os: 'linux', architecture: 'arm64' },
        digest: image.manifests[1]?.digest,
      }),
    ]);
    expect(image.layers).toEqual(layers);
    expect(image.index.digest).toBe(sha256(image.index.data));
  });
});
