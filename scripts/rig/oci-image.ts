/** Images for several platforms: a configuration and manifest for each, and the index that holds them together. */
import { type Descriptor, type Layer, sha256 } from './oci-layer.ts';

export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

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

/** A document of the registry: a configuration, a manifest or an index. */
interface JsonBlob extends Descriptor {
  readonly data: Buffer;
}

export interface BuiltImage {
  readonly index: JsonBlob;
  readonly manifests: readonly JsonBlob[];
  readonly configs: readonly JsonBlob[];
  /** Each once, even if several platforms share it. */
  readonly layers: readonly Layer[];
}

export const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';
export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json';

/** Pure: the same parts give the same digests. */
export function composeImage(images: readonly PlatformImage[]): BuiltImage {
  const configs = images.map((image) => jsonBlob(CONFIG_TYPE, configOf(image)));
  const manifests = images.map(({ layers }, i) =>
    jsonBlob(MANIFEST_TYPE, {
      schemaVersion: 2,
      mediaType: MANIFEST_TYPE,
      config: configs.slice(i, i + 1).map(descriptorOf)[0],
      layers: layers.map(descriptorOf),
    }),
  );
  const index = jsonBlob(INDEX_TYPE, {
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

function jsonBlob(mediaType: string, document: unknown): JsonBlob {
  const data = Buffer.from(JSON.stringify(document));
  return { mediaType, digest: sha256(data), size: data.length, data };
}

function descriptorOf({ mediaType, digest, size }: Descriptor): Descriptor {
  return { mediaType, digest, size };
}
