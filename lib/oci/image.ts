// Images for several platforms: a configuration and manifest for each, and the index that holds them together.
import { Readable } from 'node:stream';
import { type Blob, type Descriptor, sha256 } from './content.ts';
import type { Platform } from './documents.ts';
import type { Layer } from './layer.ts';
import { CONFIG_TYPE, INDEX_TYPE, MANIFEST_TYPE } from './media-types.ts';

interface ImageConfig {
  readonly entrypoint?: readonly string[] | undefined;
  readonly cmd: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workingDir: string;
  readonly exposedPorts: readonly number[];
}

/** What one platform runs. */
export interface PlatformImage extends ImageConfig {
  readonly platform: Platform;
  readonly layers: readonly Layer[];
}

/** A configuration, a manifest or an index, with its bytes. */
export interface Document extends Blob {
  readonly data: Buffer;
}

/** What must be in the registry before it: layers and configurations, then manifests, then the index. */
export interface BuiltImage {
  readonly index: Document;
  readonly manifests: readonly Document[];
  readonly configs: readonly Document[];
  /** Each once, even if several platforms share it. */
  readonly layers: readonly Layer[];
}

/** Pure: the same parts give the same digests. */
export function composeImage(images: readonly PlatformImage[]): BuiltImage {
  const configs = images.map((image) => asDocument(CONFIG_TYPE, configOf(image)));
  const manifests = images.map(({ layers }, i) =>
    asDocument(MANIFEST_TYPE, {
      schemaVersion: 2,
      mediaType: MANIFEST_TYPE,
      config: configs.slice(i, i + 1).map(descriptorOf)[0],
      layers: layers.map(descriptorOf),
    }),
  );
  const index = asDocument(INDEX_TYPE, {
    schemaVersion: 2,
    mediaType: INDEX_TYPE,
    manifests: manifests.map((manifest, i) => ({ ...descriptorOf(manifest), platform: images[i]?.platform })),
  });
  const layers = new Map(images.flatMap((image) => image.layers).map((layer) => [layer.digest, layer]));
  return { index, manifests, configs, layers: [...layers.values()] };
}

function configOf({
  platform,
  layers,
  entrypoint,
  cmd,
  env,
  workingDir,
  exposedPorts,
}: PlatformImage): unknown {
  return {
    created: '1970-01-01T00:00:00Z',
    ...platform,
    config: {
      Env: Object.entries(env).map(([key, value]) => `${key}=${value}`),
      ...(entrypoint === undefined ? {} : { Entrypoint: entrypoint }),
      Cmd: cmd,
      WorkingDir: workingDir,
      ExposedPorts: Object.fromEntries(exposedPorts.map((port) => [`${port}/tcp`, {}])),
    },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
  };
}

function asDocument(mediaType: string, value: unknown): Document {
  const data = Buffer.from(JSON.stringify(value));
  return { mediaType, digest: sha256(data), size: data.length, data, read: () => Readable.from([data]) };
}

function descriptorOf({ mediaType, digest, size }: Descriptor): Descriptor {
  return { mediaType, digest, size };
}
