// Archives of images as people carry them: what `docker save` and skopeo write (`.tar`, also gzipped), and OCI layouts as
// folders. They may be as large as a disk, so nothing of them is kept but their JSON documents.
import {
  closeSync,
  createReadStream,
  type Dirent,
  openSync,
  readdirSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { describeReadError } from '../failures/system-error.ts';
import { collect } from './content.ts';
import { OciError } from './oci-error.ts';
import { type PassedFile, readTar } from './tar.ts';

export interface ArchiveEntry extends PassedFile {
  /** Of a link: the path that it stands for. Old engines save a layer once, and links to it. */
  readonly target: string | null;
}

/** Read from its start each time. Throws `content_invalid` for what is none, or is cut. */
export interface ImageArchive {
  entries(): AsyncIterable<ArchiveEntry>;
}

/** What an archive holds, by path. */
export interface ArchiveContents {
  readonly sizes: ReadonlyMap<string, number>;
  readonly links: ReadonlyMap<string, string>;
  readonly documents: ReadonlyMap<string, Buffer>;
}

/** No manifest or configuration is as large. */
const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024;
const MAX_DOCUMENTS_BYTES = 64 * 1024 * 1024;
const MAX_ENTRIES = 100_000;
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

/** A folder is taken as an OCI layout, a file as a tar. Throws `content_invalid` where it is neither, or cannot be read. */
export function openArchive(file: string): ImageArchive {
  const stats = statOf(file);
  if (stats.isDirectory()) return { entries: () => inFolder(file) };
  if (!stats.isFile()) throw new OciError('content_invalid', 'it is neither a file nor a folder');
  return { entries: () => inTar(file) };
}

function statOf(file: string): Stats {
  try {
    return statSync(file);
  } catch (cause) {
    throw new OciError('content_invalid', describeReadError(cause), { cause });
  }
}

/** Reads all of it once. Rejects with the signal's reason when that aborts. */
export async function surveyArchive(archive: ImageArchive, signal: AbortSignal): Promise<ArchiveContents> {
  const sizes = new Map<string, number>();
  const links = new Map<string, string>();
  const documents = new Map<string, Buffer>();
  let kept = 0;
  for await (const entry of archive.entries()) {
    if (sizes.size + links.size >= MAX_ENTRIES)
      throw new OciError('too_large', `it has more than ${MAX_ENTRIES} entries`);
    if (entry.target !== null) {
      links.set(entry.path, entry.target);
      continue;
    }
    sizes.set(entry.path, entry.size);
    const data = await documentIn(entry, signal);
    if (data === null) continue;
    kept += data.length;
    if (kept > MAX_DOCUMENTS_BYTES) throw new OciError('too_large', 'its documents are too many');
    documents.set(entry.path, data);
  }
  return { sizes, links, documents };
}

/** `null` for what is no JSON, as layers are. */
async function documentIn({ size, content }: ArchiveEntry, signal: AbortSignal): Promise<Buffer | null> {
  signal.throwIfAborted();
  if (size > MAX_DOCUMENT_BYTES) {
    for await (const _ of content) signal.throwIfAborted();
    return null;
  }
  const data = await collect(content, MAX_DOCUMENT_BYTES);
  return /^\s*[[{]/.test(data.subarray(0, 64).toString('latin1')) ? data : null;
}

async function* inTar(file: string): AsyncGenerator<ArchiveEntry> {
  const bytes = createReadStream(file);
  const tar = isZipped(file) ? unzipped(bytes) : bytes;
  for await (const { path: name, type, size, content, target } of readTar(tar)) {
    if (type === 'file') yield { path: name, size, content, target: null };
    else if (target !== undefined) yield { path: name, size, content, target: linked(name, type, target) };
  }
}

function isZipped(file: string): boolean {
  const descriptor = openSync(file, 'r');
  try {
    const start = Buffer.alloc(GZIP_MAGIC.length);
    return readSync(descriptor, start) === start.length && start.equals(GZIP_MAGIC);
  } finally {
    closeSync(descriptor);
  }
}

function unzipped(bytes: Readable): Readable {
  const gunzip = createGunzip();
  bytes.on('error', (error) => gunzip.destroy(error));
  gunzip.on('close', () => bytes.destroy());
  return bytes.pipe(gunzip);
}

function linked(name: string, type: string, target: string): string {
  const at = path.posix.normalize(
    type === 'link' ? target : path.posix.join(path.posix.dirname(name), target),
  );
  if (at.startsWith('../') || at.startsWith('/'))
    throw new OciError('content_invalid', `the archive leads outside: ${name}`);
  return at;
}

/** The files of the layout's own form alone: whatever else lies there is none of it. */
async function* inFolder(folder: string): AsyncGenerator<ArchiveEntry> {
  for (const name of [...namesIn(folder, ''), ...namesIn(folder, 'blobs/sha256/')]) {
    const file = path.join(folder, name);
    const { size } = statOf(file);
    yield { path: name, size, content: Readable.from(bytesOf(file), { objectMode: false }), target: null };
  }
}

/** Opened at the first read: a file that nobody reads cannot fail, though the stick is pulled out meanwhile. */
async function* bytesOf(file: string): AsyncGenerator<unknown> {
  try {
    yield* createReadStream(file);
  } catch (cause) {
    throw new OciError('content_invalid', 'the archive cannot be read', { cause });
  }
}

function namesIn(folder: string, below: string): string[] {
  try {
    const entries: Dirent[] = readdirSync(path.join(folder, below), { withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map(({ name }) => `${below}${name}`);
  } catch (cause) {
    throw new OciError('content_invalid', `it is no OCI layout: ${describeReadError(cause)}`, { cause });
  }
}
