/** Image layers: gzipped tars that come out the same, byte for byte, whenever their content is the same. */
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type Header, pack } from 'tar-stream';

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

export interface Layer extends Descriptor {
  /** Digest of the tar before compression; the image's configuration lists these. */
  readonly diffId: string;
  read(): Promise<Buffer>;
}

/** One entry of a layer. Times and owners are not kept: they would change the digest and mean nothing here. */
export interface LayerEntry {
  /** Relative to the root, with no leading slash. */
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'link';
  readonly mode?: number;
  readonly content?: Buffer;
  readonly target?: string;
}

const LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar+gzip';

const GZIP_OS_BYTE = 9;

/** Sorts the entries and adds the directories that they need. */
export async function createLayer(entries: readonly LayerEntry[]): Promise<Layer> {
  const tar = await writeTar(inOrder(withParents(entries)));
  const data = await promisify(gzip)(tar, { level: 6 });
  data[GZIP_OS_BYTE] = 255; // "unknown", or the digest would tell which system wrote it
  return {
    mediaType: LAYER_TYPE,
    digest: sha256(data),
    size: data.length,
    diffId: sha256(tar),
    read: async () => data,
  };
}

export function sha256(data: Buffer | string): string {
  return `sha256:${createHash('sha256').update(data).digest('hex')}`;
}

async function writeTar(entries: readonly LayerEntry[]): Promise<Buffer> {
  const tar = pack();
  for (const entry of entries) tar.entry(headerOf(entry), entry.content ?? Buffer.alloc(0));
  tar.finalize();
  return buffer(tar);
}

function headerOf({ path, type, mode, content, target }: LayerEntry): Partial<Header> & { name: string } {
  return {
    name: type === 'directory' ? `${path}/` : path,
    type,
    mode: mode ?? (type === 'file' ? 0o644 : 0o755),
    size: content?.length ?? 0,
    mtime: new Date(0),
    uid: 0,
    gid: 0,
    ...(target === undefined ? {} : { linkname: target }),
  };
}

function withParents(entries: readonly LayerEntry[]): readonly LayerEntry[] {
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
function inOrder(entries: readonly LayerEntry[]): readonly LayerEntry[] {
  const key = ({ type, path }: LayerEntry) => `${type === 'link' ? 1 : 0}${path}`;
  return [...entries].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
