// An image in an archive: by its name, or by the digest of its manifest or index. Pure. Sources: the OCI Image Layout 1.1, and
// what `docker save` writes (moby, image/tarexport).
import * as v from 'valibot';
import { type Platform as LinuxPlatform, servesPlatform } from '../../protocol/values/platform.ts';
import { sha256 } from './content.ts';
import { type ImageIndex, type Platform, parseIndex, parseManifest } from './documents.ts';
import type { ArchiveContents } from './image-archive.ts';
import { OciError } from './oci-error.ts';

export interface WantedImage {
  /** As engines write it in full: `docker.io/library/python:3.13`. */
  readonly name: string;
  /** Counts in place of the name, where there is one: of the manifest, or of the index that holds it. */
  readonly digest: string | null;
  readonly platform: LinuxPlatform;
}

/** Where in the archive its parts are. */
export interface FoundImage {
  readonly config: string;
  readonly layers: readonly string[];
}

export type ImageSearch =
  | { readonly kind: 'found'; readonly image: FoundImage }
  | { readonly kind: 'missing' }
  /** It is there for other platforms. */
  | { readonly kind: 'other_platform'; readonly platforms: readonly string[] };

const SAVED = v.array(
  v.object({
    Config: v.string(),
    RepoTags: v.nullish(v.array(v.string()), []),
    Layers: v.array(v.string()),
  }),
);
const CONFIG = v.object({
  architecture: v.fallback(v.string(), ''),
  os: v.fallback(v.string(), 'linux'),
  variant: v.fallback(v.optional(v.string()), undefined),
});
const ANNOTATED = v.object({
  manifests: v.array(
    v.object({
      digest: v.string(),
      annotations: v.fallback(v.optional(v.record(v.string(), v.string())), undefined),
    }),
  ),
});
const NAMES = ['io.containerd.image.name', 'org.opencontainers.image.ref.name'];

/** How a name is written in full; the same for names that mean the same. */
export type FullName = (name: string) => string | null;

/** Throws `content_invalid` where what the archive says of it is damaged, or names parts that are not there. */
export function findImage(contents: ArchiveContents, wanted: WantedImage, fullName: FullName): ImageSearch {
  if (wanted.digest !== null) return byDigest(contents, wanted.digest, wanted.platform);
  const saved = savedIn(contents).find(({ RepoTags }) =>
    RepoTags.some((tag) => fullName(tag) === wanted.name),
  );
  if (saved !== undefined) return ofPlatform(contents, saved, wanted.platform);
  const named = indexed(contents).find(({ names }) => names.some((name) => fullName(name) === wanted.name));
  return named === undefined ? { kind: 'missing' } : byDigest(contents, named.digest, wanted.platform);
}

/** The names that the archive has for its images, for people. */
export function namesIn(contents: ArchiveContents): string[] {
  const saved = savedIn(contents).flatMap(({ RepoTags }) => RepoTags);
  const named = indexed(contents).flatMap(({ names, digest }) => (names.length === 0 ? [digest] : names));
  return [...new Set([...saved, ...named])];
}

type Wanted = WantedImage['platform'];

function byDigest(contents: ArchiveContents, digest: string, platform: Wanted): ImageSearch {
  const data = blob(contents, digest);
  if (data === null) return { kind: 'missing' };
  const index = indexIn(data);
  if (index === null) return ofManifest(contents, data, platform);
  // Attestations stand beside images, for no platform.
  const images = index.manifests.filter((one) => one.platform !== undefined && one.platform.os === 'linux');
  const fit = images.find((one) => one.platform !== undefined && serves(one.platform, platform));
  if (fit !== undefined) return byDigest(contents, fit.digest, platform);
  return { kind: 'other_platform', platforms: images.map((one) => nameOf(one.platform)) };
}

function ofManifest(contents: ArchiveContents, data: Buffer, platform: Wanted): ImageSearch {
  const { config, layers } = parseManifest(data);
  if (blob(contents, config.digest) === null)
    throw new OciError('content_invalid', `it lacks ${config.digest}, which it names`);
  const parts = { Config: pathOf(config.digest), Layers: layers.map((layer) => pathOf(layer.digest)) };
  return ofPlatform(contents, parts, platform);
}

function ofPlatform(
  contents: ArchiveContents,
  { Config: config, Layers: layers }: { Config: string; Layers: readonly string[] },
  wanted: Wanted,
): ImageSearch {
  const parts = [config, ...layers].map((part) => resolve(contents, part));
  const [at = '', ...rest] = parts;
  const data = contents.documents.get(at);
  const parsed = v.safeParse(CONFIG, data === undefined ? null : json(data));
  if (!parsed.success) throw new OciError('content_invalid', `${at} is no configuration of an image`);
  const { os, architecture, variant } = parsed.output;
  const platform = { os, architecture, ...(variant === undefined ? {} : { variant }) };
  if (!serves(platform, wanted)) return { kind: 'other_platform', platforms: [nameOf(platform)] };
  return { kind: 'found', image: { config: at, layers: rest } };
}

/** Where it is, over links. */
function resolve({ sizes, links }: ArchiveContents, part: string): string {
  const at = links.get(part) ?? part;
  if (sizes.has(at)) return at;
  throw new OciError('content_invalid', `it lacks ${part}, which it names`);
}

function serves({ os, architecture, variant }: Platform, wanted: Wanted): boolean {
  return os === 'linux' && servesPlatform({ architecture, variant: variant ?? null }, wanted);
}

function nameOf(platform: Platform | undefined): string {
  if (platform === undefined) return 'unknown';
  const { os, architecture, variant } = platform;
  return [os, architecture, ...(variant === undefined ? [] : [variant])].join('/');
}

function savedIn({ documents }: ArchiveContents): v.InferOutput<typeof SAVED> {
  const data = documents.get('manifest.json');
  const parsed = v.safeParse(SAVED, data === undefined ? [] : json(data));
  if (parsed.success) return parsed.output;
  throw new OciError('content_invalid', 'manifest.json has not the form of its kind');
}

function indexed({ documents }: ArchiveContents): { digest: string; names: string[] }[] {
  const data = documents.get('index.json');
  const parsed = v.safeParse(ANNOTATED, data === undefined ? { manifests: [] } : json(data));
  if (!parsed.success) throw new OciError('content_invalid', 'index.json has not the form of its kind');
  return parsed.output.manifests.map(({ digest, annotations = {} }) => ({
    digest,
    names: NAMES.flatMap((key) => annotations[key] ?? []),
  }));
}

/** `null` where it is not there. Throws `content_damaged` where it is another. */
function blob({ documents }: ArchiveContents, digest: string): Buffer | null {
  const data = documents.get(pathOf(digest)) ?? null;
  if (data !== null && sha256(data) !== digest)
    throw new OciError('content_damaged', `what lies in it as ${digest} is something else`);
  return data;
}

function pathOf(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}

function indexIn(data: Buffer): ImageIndex | null {
  const value = json(data);
  return typeof value === 'object' && value !== null && 'manifests' in value ? parseIndex(data) : null;
}

function json(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString('utf8'));
  } catch (cause) {
    throw new OciError('content_invalid', 'a document in it is no JSON', { cause });
  }
}
