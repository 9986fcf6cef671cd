import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../lib/oci/content.ts';
import { parseConfig, parseIndex, parseManifest } from '../../../lib/oci/documents.ts';
import { composeImage } from '../../../lib/oci/image.ts';
import { createLayer } from '../../../lib/oci/layer.ts';

describe('an image', () => {
  test('for two platforms has one index over two manifests, and shared layers once', async () => {
    const layers = [await createLayer([{ path: 'app/main.py', type: 'file' }])];
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
    const index = parseIndex(image.index.data);
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
    const [manifest] = image.manifests.map(({ data }) => parseManifest(data));
    expect(manifest?.layers.map(({ digest }) => digest)).toEqual(layers.map(({ digest }) => digest));
    const [config] = image.configs.map(({ data }) => parseConfig(data));
    expect(config?.config.Env).toEqual(['A=1']);
    expect(config?.rootfs.diff_ids).toEqual(layers.map(({ diffId }) => diffId));
  });
});
