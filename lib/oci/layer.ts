// Image layers: gzipped tars that come out the same, byte for byte, whenever their content is the same.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type Blob, measure } from './content.ts';
import { type TarEntry, writeTar } from './tar.ts';

export interface Layer extends Blob {
  /** Digest of the tar before compression; the image's configuration lists these. */
  readonly diffId: string;
}

const LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar+gzip';

const GZIP_OS_BYTE = 9;

/**
 * Sorts the entries and adds the directories that they need. Nothing is kept: the layer is made once to know its
 * digests, and anew at each `read`. Rejects with what reading a file's content fails with.
 */
export async function createLayer(entries: readonly TarEntry[]): Promise<Layer> {
  const ordered = inOrder(withParents(entries));
  const { digest: diffId } = await measure(writeTar(ordered));
  const read = (): Readable => Readable.from(zipped(ordered), { objectMode: false });
  return { mediaType: LAYER_TYPE, ...(await measure(read())), diffId, read };
}

async function* zipped(entries: readonly TarEntry[]): AsyncGenerator<Uint8Array> {
  const gzip = createGzip({ level: 6 });
  // What fails on the way is thrown by the loop.
  pipeline(writeTar(entries), gzip).catch(() => undefined);
  let isFirst = true;
  for await (const chunk of gzip) {
    // "unknown", or the digest would tell which system wrote it
    if (isFirst) chunk[GZIP_OS_BYTE] = 255;
    isFirst = false;
    yield chunk;
  }
}

function withParents(entries: readonly TarEntry[]): readonly TarEntry[] {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  for (const { path } of entries) {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const parent = path.slice(0, end);
      if (!byPath.has(parent)) byPath.set(parent, { path: parent, type: 'directory' });
    }
  }
  return [...byPath.values()];
}

// By path, so that a directory stands before what it holds; hard links last, after what they point to.
function inOrder(entries: readonly TarEntry[]): readonly TarEntry[] {
  const key = ({ type, path }: TarEntry) => `${type === 'link' ? 1 : 0}${path}`;
  return [...entries].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
