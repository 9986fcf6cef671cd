/** Service images out of files, pushed for several platforms at once: what `docker buildx build --push` would do. */
import type { Platform } from '../../lib/oci/documents.ts';
import { type BuiltImage, composeImage } from '../../lib/oci/image.ts';
import { createLayer, type Layer } from '../../lib/oci/layer.ts';
import type { Credentials } from '../../lib/oci/registry-auth.ts';
import { Repository } from '../../lib/oci/repository.ts';
import type { TarEntry } from '../../lib/oci/tar.ts';
import { type BaseImage, deviceArchitectures } from './base.ts';
import { ensureBaseImages } from './base-image.ts';
import { withLock } from './lock.ts';
import { type Progress, quietProgress } from './progress.ts';

export interface ImageRecipe {
  readonly name: string;
  readonly tag: string;
  /** Path below `/app`, the working directory, to content; what begins with `#!` may be run. */
  readonly files: Readonly<Record<string, string | Buffer>>;
  readonly entrypoint?: readonly string[];
  readonly cmd: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly exposedPorts?: readonly number[];
  /**
   * Such as `linux/arm64`; both device platforms by default. One for which there is no Python base gets an
   * image of the files alone, which can be pulled but not run.
   */
  readonly platforms?: readonly string[];
}

export interface PushedImage {
  /** `HOST/NAME:TAG` */
  readonly reference: string;
  /** Of the index. */
  readonly digest: string;
}

export interface PushTarget {
  readonly registryHost: string;
  readonly credentials?: Credentials;
  readonly progress?: Progress;
}

export async function buildImage(recipe: ImageRecipe, target: PushTarget): Promise<PushedImage> {
  const bases = needsBase(recipe) ? await ensureBaseImages(target.progress ?? quietProgress) : [];
  const image = await assemble(recipe, bases);
  const { registryHost: host, credentials } = target;
  const repository = new Repository({ host, name: recipe.name, credentials });
  if ((await repository.findDigest(recipe.tag)) !== image.index.digest) {
    // The registry mixes up two uploads of the same blob that come at once, and then knows neither.
    await withLock('push', () => push(repository, recipe.tag, image));
  }
  return { reference: `${target.registryHost}/${recipe.name}:${recipe.tag}`, digest: image.index.digest };
}

function needsBase({ platforms }: ImageRecipe): boolean {
  const architectures: readonly string[] = deviceArchitectures;
  return !platforms || platforms.some((text) => architectures.includes(parsePlatform(text).architecture));
}

async function assemble(recipe: ImageRecipe, bases: readonly BaseImage[]): Promise<BuiltImage> {
  const files = await filesLayer(recipe.files);
  const platforms = recipe.platforms?.map(parsePlatform) ?? bases.map(({ platform }) => platform);
  return composeImage(
    platforms.map((platform) => {
      const base = bases.find((candidate) => candidate.platform.architecture === platform.architecture);
      return {
        platform: base?.platform ?? platform,
        layers: [...(base?.layers ?? []), files],
        env: { ...base?.env, PYTHONUNBUFFERED: '1', ...recipe.env },
        entrypoint: recipe.entrypoint,
        cmd: recipe.cmd,
        workingDir: '/app',
        exposedPorts: recipe.exposedPorts ?? [],
      };
    }),
  );
}

// What an index names must be there before it, so the order is layers, configurations, manifests, index.
async function push(repository: Repository, tag: string, image: BuiltImage): Promise<void> {
  for (const blob of [...image.layers, ...image.configs]) await repository.pushBlob(blob);
  for (const manifest of image.manifests) await repository.pushManifest(manifest.digest, manifest);
  await repository.pushManifest(tag, image.index);
}

function filesLayer(files: ImageRecipe['files']): Promise<Layer> {
  const entries = Object.entries(files).map(([path, content]): TarEntry => {
    const data = Buffer.from(content);
    const mode = data.subarray(0, 2).toString() === '#!' ? 0o755 : 0o644;
    return { path: `app/${path}`, type: 'file', mode, content: data };
  });
  return createLayer([{ path: 'app', type: 'directory' }, ...entries]);
}

function parsePlatform(text: string): Platform {
  const [os = 'linux', architecture = '', variant] = text.split('/');
  return { os, architecture, ...(variant ? { variant } : {}) };
}
