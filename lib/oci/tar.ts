// Tar archives as streams: written the same, byte for byte, from the same entries; read entry by entry.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract, type Header, type Pack, pack } from 'tar-stream';
import { OciError } from './oci-error.ts';

type EntryType = 'file' | 'directory' | 'symlink' | 'link';

/** What a file holds: bytes, or what can be opened again and again and gives `size` bytes each time. */
export type FileContent = Buffer | { readonly size: number; read(): Readable };

/** One entry to write. Times and owners are not kept: they would change the digest and mean nothing here. */
export interface TarEntry {
  /** Relative to the root, with no leading slash. */
  readonly path: string;
  readonly type: EntryType;
  readonly mode?: number;
  readonly content?: FileContent;
  readonly target?: string;
}

/** One entry that was read. Its content is skipped when the next is asked for. */
export interface ReadEntry extends Omit<TarEntry, 'content'> {
  /** Of the content, in bytes. */
  readonly size: number;
  readonly content: Readable;
}

/** A file to write, with content that comes once. */
export type PassedFile = Pick<ReadEntry, 'path' | 'size' | 'content'>;

const BYTES = { objectMode: false };

/** In the order that is given. */
export function writeTar(entries: readonly TarEntry[]): Readable {
  return Readable.from(chunksOf(entries), BYTES);
}

/** Files as they come. Rejects with what reading a content fails with, and where that has another size than was said. */
export function packFiles(files: AsyncIterable<PassedFile>): Readable {
  const tar = pack();
  const packing = async (): Promise<void> => {
    for await (const { content, ...file } of files)
      await pipeline(content, tar.entry(headerOf({ ...file, type: 'file' }, file.size)));
    tar.finalize();
  };
  packing().catch((error) => tar.destroy(error));
  return Readable.from(tar, BYTES);
}

/** Devices and pipes are left out. Throws `content_invalid` for what is no tar, and for a path that leads outside. */
export async function* readTar(archive: Readable): AsyncGenerator<ReadEntry> {
  const tar = extract();
  const feeding = pipeline(archive, tar);
  // It is told below: the loop ends with it.
  feeding.catch(() => undefined);
  try {
    for await (const entry of tar) {
      const read = asReadEntry(entry.header, Readable.from(whole(entry), BYTES));
      if (read !== null) yield read;
      entry.resume();
    }
    await feeding;
  } catch (error) {
    throw unreadable(error);
  }
}

async function* whole(content: AsyncIterable<unknown>): AsyncGenerator<unknown> {
  try {
    yield* content;
  } catch (error) {
    throw unreadable(error);
  }
}

function unreadable(cause: unknown): OciError {
  if (cause instanceof OciError) return cause;
  return new OciError('content_invalid', 'the archive cannot be read', { cause });
}

async function* chunksOf(entries: readonly TarEntry[]): AsyncGenerator<Uint8Array> {
  const tar = pack();
  const writing = writeEntries(tar, entries).catch((error) => tar.destroy(error));
  yield* Readable.from(tar, BYTES);
  await writing;
}

async function writeEntries(tar: Pack, entries: readonly TarEntry[]): Promise<void> {
  for (const entry of entries) {
    const { content = Buffer.alloc(0) } = entry;
    if (Buffer.isBuffer(content)) tar.entry(headerOf(entry, content.length), content);
    else await pipeline(content.read(), tar.entry(headerOf(entry, content.size)));
  }
  tar.finalize();
}

function headerOf({ path, type, mode, target }: TarEntry, size: number): Partial<Header> & { name: string } {
  return {
    name: type === 'directory' ? `${path}/` : path,
    type,
    mode: mode ?? (type === 'file' ? 0o644 : 0o755),
    size,
    mtime: new Date(0),
    uid: 0,
    gid: 0,
    ...(target === undefined ? {} : { linkname: target }),
  };
}

function asReadEntry({ name, type, mode, linkname, size = 0 }: Header, content: Readable): ReadEntry | null {
  const path = tidy(name);
  if (path === '' || !isKept(type)) return null;
  if (path.split('/').includes('..'))
    throw new OciError('content_invalid', `the archive leads outside: ${name}`);
  const target = type === 'link' ? tidy(linkname ?? '') : (linkname ?? '');
  return {
    ...{ path, type, size, content },
    ...(mode === undefined ? {} : { mode }),
    ...(target === '' ? {} : { target }),
  };
}

function isKept(type: Header['type']): type is EntryType {
  return type === 'file' || type === 'directory' || type === 'symlink' || type === 'link';
}

/** `./usr/bin/` is `usr/bin`; the root itself is empty. */
function tidy(name: string): string {
  return name
    .replace(/^\.?\/+/, '')
    .replace(/\/+$/, '')
    .replace(/^\.$/, '');
}
