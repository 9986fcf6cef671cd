// Sizes of images, told by their registries: the manifest for the platform that is asked, and its configuration.
import { messageOf } from '../../lib/failures/system-error.ts';
import { OciError, type OciErrorCode } from '../../lib/oci/oci-error.ts';
import type { Credentials } from '../../lib/oci/registry-auth.ts';
import { Repository } from '../../lib/oci/repository.ts';
import { parseImageReference } from '../../protocol/values/image-reference.ts';
import type { ImageAsked, ImageSizeLook, ImageSizes } from '../ports/image-sizes.ts';
import type { PullErrorCode } from '../ports/supplier.ts';
import { NoSuchPlatform, readImage } from './read-image.ts';

/** What of an image's layers the engine has. */
export interface LayerLook {
  localLayers(): Promise<{ isHere(diffIds: readonly string[], index: number): boolean }>;
}

export interface ImageSizesOptions {
  readonly engine: LayerLook;
  /** Credentials for one registry host, or `null`. */
  readonly credentialsFor: (host: string) => Credentials | null;
}

/** The host behind the name of Docker Hub. */
const HUB = { name: 'docker.io', host: 'registry-1.docker.io' };

/** What these say is no matter of the moment. */
const REFUSALS: Partial<Record<OciErrorCode, PullErrorCode>> = {
  not_found: 'image_not_found',
  registry_auth: 'registry_auth',
};

type Layers = Awaited<ReturnType<LayerLook['localLayers']>>;

export function imageSizes({ engine, credentialsFor }: ImageSizesOptions): ImageSizes {
  return {
    async look(images, signal) {
      if (images.length === 0) return [];
      const layers = await engine.localLayers();
      return Promise.all(images.map((image) => lookAt(image, { layers, credentialsFor, signal })));
    },
  };
}

interface Context extends Pick<ImageSizesOptions, 'credentialsFor'> {
  readonly layers: Layers;
  readonly signal: AbortSignal;
}

async function lookAt(
  { reference, platform }: ImageAsked,
  { layers, credentialsFor, signal }: Context,
): Promise<ImageSizeLook> {
  const parsed = parseImageReference(reference);
  if (parsed === null) return { kind: 'unknown', message: 'its reference is none' };
  const { host, repository: name, tag, digest } = parsed;
  const credentials = credentialsFor(host) ?? undefined;
  const repository = new Repository({ host: host === HUB.name ? HUB.host : host, name, credentials });
  try {
    const image = await readImage(repository, { name: digest ?? tag ?? 'latest', platform, signal });
    const parts = image.layers.map((layer, index) => ({
      ...{ digest: layer.digest, bytes: layer.size },
      isHere: layers.isHere(image.diffIds, index),
    }));
    const documents = image.documents.map((one) => ({ digest: one.digest, bytes: one.size, isHere: false }));
    return { kind: 'told', ids: documents.map((one) => one.digest), layers: parts, documents };
  } catch (error) {
    if (signal.aborted) return { kind: 'unknown', message: `${host} has not answered in time` };
    return failureOf(error);
  }
}

function failureOf(error: unknown): ImageSizeLook {
  const message = messageOf(error);
  if (error instanceof NoSuchPlatform) return { kind: 'refused', code: 'no_matching_platform', message };
  const code = error instanceof OciError ? REFUSALS[error.code] : undefined;
  return code === undefined ? { kind: 'unknown', message } : { kind: 'refused', code, message };
}
