// Some images of an archive as one that every engine loads, whichever of its image stores it has: the form of `docker save`.
import { Readable } from 'node:stream';
import { verified } from './content.ts';
import type { FoundImage } from './find-image.ts';
import type { ImageArchive } from './image-archive.ts';
import { type PassedFile, packFiles } from './tar.ts';

export interface NamedImage extends FoundImage {
  /** What the engine is to call it: a name with a tag. */
  readonly tag: string;
}

/**
 * Their parts alone, as they come, with no copy of anything. It ends with `content_damaged` where a part is not what its
 * digest says: an engine that is sent a cut archive loads nothing of it.
 */
export function writeDockerArchive(archive: ImageArchive, images: readonly NamedImage[]): Readable {
  return packFiles(filesOf(archive, images));
}

/** What the engine is sent of it, in bytes. */
export function sizeOf(sizes: ReadonlyMap<string, number>, images: readonly FoundImage[]): number {
  return [...partsOf(images)].reduce((sum, part) => sum + (sizes.get(part) ?? 0), 0);
}

async function* filesOf(archive: ImageArchive, images: readonly NamedImage[]): AsyncGenerator<PassedFile> {
  const saved = images.map(({ tag, config, layers }) => ({
    Config: config,
    RepoTags: [tag],
    Layers: layers,
  }));
  const manifest = Buffer.from(JSON.stringify(saved));
  yield { path: 'manifest.json', size: manifest.length, content: Readable.from([manifest]) };
  const left = partsOf(images);
  for await (const entry of archive.entries()) {
    if (entry.target !== null || !left.delete(entry.path)) continue;
    yield { path: entry.path, size: entry.size, content: checked(entry) };
  }
}

function partsOf(images: readonly FoundImage[]): Set<string> {
  return new Set(images.flatMap(({ config, layers }) => [config, ...layers]));
}

function checked({ path, size, content }: PassedFile): Readable {
  const hex = /^blobs\/sha256\/([0-9a-f]{64})$/.exec(path)?.[1];
  if (hex === undefined) return content;
  return Readable.from(verified(content, { digest: `sha256:${hex}`, size }), { objectMode: false });
}
