// The documents of one image in a registry, for one platform.
// Tested in test/agent/registry/image-sizes.test.ts.
import { collect, type Descriptor } from '../../lib/oci/content.ts';
import { type ImageIndex, parseConfig, parseIndex, parseManifest } from '../../lib/oci/documents.ts';
import type { Repository } from '../../lib/oci/repository.ts';
import { formatPlatform, type Platform, servesPlatform } from '../../protocol/values/platform.ts';

/** Configurations have some kilobytes. */
const MAX_CONFIG_BYTES = 4 * 1024 ** 2;

export interface ImageDocuments {
  readonly layers: readonly Descriptor[];
  /** Of each layer, unpacked. */
  readonly diffIds: readonly string[];
  /** Index, manifest and configuration, with their sizes. */
  readonly documents: readonly Pick<Descriptor, 'digest' | 'size'>[];
}

export class NoSuchPlatform extends Error {}

interface Asked {
  /** A tag or a digest. */
  readonly name: string;
  readonly platform: Platform;
  readonly signal: AbortSignal;
}

/** Rejects with `OciError`, `NoSuchPlatform`, or the reason of the signal. */
export async function readImage(repository: Repository, asked: Asked): Promise<ImageDocuments> {
  const { name, platform, signal } = asked;
  const first = await repository.getManifest(name, signal);
  const index = isIndex(first.mediaType) ? parseIndex(first.data) : null;
  const chosen = index === null ? null : choose(index, platform).digest;
  const document = chosen === null ? first : await repository.getManifest(chosen, signal);
  const { config, layers } = parseManifest(document.data);
  const data = await collect(repository.readBlob(config, signal), MAX_CONFIG_BYTES);
  return {
    layers,
    diffIds: parseConfig(data).rootfs.diff_ids,
    documents: [...new Set([first, document, config])].map(({ digest, size }) => ({ digest, size })),
  };
}

function isIndex(mediaType: string): boolean {
  return /(?:image\.index|manifest\.list)\.v\d+\+json/.test(mediaType);
}

/** The newest variant that serves, as the engine chooses it. */
function choose({ manifests }: ImageIndex, wanted: Platform): Descriptor {
  const offered = manifests.flatMap(({ platform, ...descriptor }) =>
    platform?.os === 'linux'
      ? [{ descriptor, platform: { architecture: platform.architecture, variant: platform.variant ?? null } }]
      : [],
  );
  const [best] = offered
    .filter(({ platform }) => servesPlatform(platform, wanted))
    .toSorted((a, b) => (b.platform.variant ?? '').localeCompare(a.platform.variant ?? ''));
  if (best !== undefined) return best.descriptor;
  const names = offered.map(({ platform }) => formatPlatform(platform)).join(', ');
  throw new NoSuchPlatform(
    `${formatPlatform(wanted)} is wanted; the image offers ${names === '' ? 'nothing' : names}`,
  );
}
