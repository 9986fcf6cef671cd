// Content that is known by its digest. Source: the OCI Image Specification 1.1, "Content Descriptors".
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { OciError } from './oci-error.ts';

export interface Descriptor {
  readonly mediaType: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  /** In bytes. */
  readonly size: number;
}

/** Content that can be read more than once, each time from its start. */
export interface Blob extends Descriptor {
  read(): Readable;
}

export type Chunks = AsyncIterable<Uint8Array>;

export function sha256(data: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(data).digest('hex')}`;
}

/** Reads all of it and keeps nothing. */
export async function measure(chunks: Chunks): Promise<Pick<Descriptor, 'digest' | 'size'>> {
  const meter = new Meter();
  for await (const chunk of chunks) meter.add(chunk);
  return { digest: meter.digest, size: meter.size };
}

/**
 * The same bytes, passed on as they come. Throws `content_damaged` at the first byte too many, and at the end when
 * bytes are missing or the digest is another: who stores them must take them as whole only after the end.
 */
export async function* verified(
  chunks: Chunks,
  { digest, size }: Pick<Descriptor, 'digest' | 'size'>,
): AsyncGenerator<Uint8Array> {
  const meter = new Meter();
  for await (const chunk of chunks) {
    meter.add(chunk);
    if (meter.size > size) throw damaged(`${digest} has more than its ${size} bytes`);
    yield chunk;
  }
  if (meter.size < size) throw damaged(`${digest} ended after ${meter.size} of ${size} bytes`);
  if (meter.digest !== digest) throw damaged(`what came for ${digest} has the digest ${meter.digest}`);
}

/** All of it in memory. Throws `too_large` past the limit. */
export async function collect(chunks: Chunks, limitBytes: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > limitBytes) throw new OciError('too_large', `more than ${limitBytes} bytes came`);
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}

class Meter {
  readonly #hash = createHash('sha256');
  size = 0;

  add(chunk: Uint8Array): void {
    this.size += chunk.length;
    this.#hash.update(chunk);
  }

  get digest(): string {
    return `sha256:${this.#hash.copy().digest('hex')}`;
  }
}

function damaged(message: string): OciError {
  return new OciError('content_damaged', message);
}
