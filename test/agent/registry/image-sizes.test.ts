import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { imageSizes } from '../../../agent/registry/image-sizes.ts';
import { composeImage, type PlatformImage } from '../../../lib/oci/image.ts';
import { createLayer, type Layer } from '../../../lib/oci/layer.ts';
import { Repository } from '../../../lib/oci/repository.ts';
import { SmallRegistry } from '../../lib/oci/small-registry.ts';

const AMD64 = { architecture: 'amd64', variant: null };
const NOBODY = () => null;

let registry: SmallRegistry;
let [base, own]: [Layer | null, Layer | null] = [null, null];
beforeEach(async () => {
  registry = new SmallRegistry();
  await registry.start();
  base = await layerOf('base', 'b'.repeat(5000));
  own = await layerOf('own', 'o');
});
afterEach(() => registry.stop());

function layerOf(path: string, content: string): Promise<Layer> {
  return createLayer([{ path, type: 'file', content: Buffer.from(content) }]);
}

const PARTS = { cmd: ['run'], env: {}, workingDir: '/', exposedPorts: [] };

async function push(platforms: readonly PlatformImage['platform'][]) {
  const layers = [base, own].filter((layer) => layer !== null);
  const image = composeImage(platforms.map((platform) => ({ ...PARTS, platform, layers })));
  const repository = new Repository({ host: registry.host, name: 'app' });
  for (const blob of [...image.layers, ...image.configs]) await repository.pushBlob(blob);
  for (const manifest of image.manifests) await repository.pushManifest(manifest.digest, manifest);
  await repository.pushManifest('1', image.index);
  return image;
}

/** An engine that has the lowest layers of each image. */
function engineWith(count: number) {
  return { localLayers: async () => ({ isHere: (_: readonly string[], index: number) => index < count }) };
}

function look(reference = `${registry.host}/app:1`, signal = new AbortController().signal, here = 1) {
  const sizes = imageSizes({ engine: engineWith(here), credentialsFor: NOBODY });
  return sizes.look([{ reference, platform: AMD64 }], signal);
}

describe('an image', () => {
  test('of several platforms: what is sent for this one, and what of it is here', async () => {
    const { index, manifests, configs } = await push([
      { os: 'linux', architecture: 'arm64' },
      { os: 'linux', architecture: 'amd64' },
    ]);
    const [told] = await look();
    if (told?.kind !== 'told') throw new Error(JSON.stringify(told));
    expect(told.ids).toEqual([index.digest, manifests[1]?.digest, configs[1]?.digest]);
    expect(told.documents.map(({ bytes }) => bytes)).toEqual([
      index.size,
      manifests[1]?.size,
      configs[1]?.size,
    ]);
    expect(told.layers).toEqual([
      { digest: base?.digest, bytes: base?.size, isHere: true },
      { digest: own?.digest, bytes: own?.size, isHere: false },
    ]);
  });

  test('that is by its digest', async () => {
    const { manifests } = await push([{ os: 'linux', architecture: 'amd64' }]);
    const [told] = await look(`${registry.host}/app@${manifests[0]?.digest}`);
    expect(told).toMatchObject({ kind: 'told', layers: [{}, {}], documents: [{}, {}] });
  });

  test('for other platforms alone is refused', async () => {
    await push([{ os: 'linux', architecture: 's390x' }]);
    const message = 'linux/amd64 is wanted; the image offers linux/s390x';
    expect(await look()).toEqual([{ kind: 'refused', code: 'no_matching_platform', message }]);
  });

  test('that is not there is refused', async () => {
    expect(await look()).toMatchObject([{ kind: 'refused', code: 'image_not_found' }]);
  });
});

test('a registry that is away, and one that is too slow, leave it unknown', async () => {
  await push([{ os: 'linux', architecture: 'amd64' }]);
  const late = new AbortController();
  registry.before = () => {
    late.abort();
    return true;
  };
  const message = `${registry.host} has not answered in time`;
  expect(await look(undefined, late.signal)).toEqual([{ kind: 'unknown', message }]);
  expect(await look('127.0.0.1:1/app:1')).toMatchObject([{ kind: 'unknown' }]);
});

test('nobody is asked for nothing', async () => {
  const engine = { localLayers: () => Promise.reject(new Error('asked')) };
  const sizes = imageSizes({ engine, credentialsFor: NOBODY });
  expect(await sizes.look([], new AbortController().signal)).toEqual([]);
});
