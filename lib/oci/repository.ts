// One repository of a registry: its manifests and blobs, read and written. Source: the OCI Distribution
// Specification 1.1. Every call rejects with `OciError`, or with the reason of its signal, which alone bounds its time.

import { Readable } from 'node:stream';
import { type Blob, collect, type Descriptor, sha256, verified } from './content.ts';
import type { Document } from './image.ts';
import { INDEX_TYPE, MANIFEST_TYPE } from './media-types.ts';
import { OciError } from './oci-error.ts';
import { answerChallenge, type Credentials, originOf } from './registry-auth.ts';
import { bodyOf, type Exchange, exchange, expectStatus } from './registry-http.ts';

export interface RepositoryOptions {
  /** Such as `127.0.0.1:5000`. */
  readonly host: string;
  /** Such as `library/python`. */
  readonly name: string;
  readonly credentials?: Credentials | undefined;
}

/** What registries have to take, and mostly do not pass. */
const MAX_MANIFEST_BYTES = 4 * 1024 ** 2;

const ACCEPT = [
  INDEX_TYPE,
  MANIFEST_TYPE,
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

export class Repository {
  readonly #origin: string;
  readonly #name: string;
  readonly #credentials: Credentials | null;
  /** What was last found to open it, so that each request needs no refusal first. */
  #authorization: string | null = null;

  constructor({ host, name, credentials }: RepositoryOptions) {
    this.#origin = originOf(host);
    this.#name = name;
    this.#credentials = credentials ?? null;
  }

  /** The digest behind a tag; `null` when there is no such tag. */
  async findDigest(reference: string, signal?: AbortSignal): Promise<string | null> {
    const response = await this.#send(`manifests/${reference}`, {
      method: 'HEAD',
      headers: { accept: ACCEPT },
      signal,
    });
    if (response.status === 404) return null;
    await expectStatus(response, 200, `reading ${this.#name}:${reference}`);
    const digest = response.headers.get('docker-content-digest');
    return digest ?? (await this.getManifest(reference, signal)).digest;
  }

  /** By tag or digest. It is checked against the digest, and may have 4 MiB. */
  async getManifest(reference: string, signal?: AbortSignal): Promise<Document> {
    const response = await this.#send(`manifests/${reference}`, { headers: { accept: ACCEPT }, signal });
    await expectStatus(response, 200, `reading ${this.#name}:${reference}`);
    const data = await collect(bodyOf(response, signal), MAX_MANIFEST_BYTES);
    const digest = sha256(data);
    if (reference.startsWith('sha256:') && reference !== digest)
      throw new OciError('content_damaged', `what came for ${reference} has the digest ${digest}`);
    const mediaType = response.headers.get('content-type') ?? MANIFEST_TYPE;
    return { mediaType, digest, size: data.length, data, read: () => Readable.from([data]) };
  }

  /** Begins when it is read, and is checked on the way: the stream fails when digest or size are not the asked ones. */
  readBlob(descriptor: Pick<Descriptor, 'digest' | 'size'>, signal?: AbortSignal): Readable {
    return Readable.from(verified(this.#blobChunks(descriptor.digest, signal), descriptor), {
      objectMode: false,
    });
  }

  async hasBlob(digest: string, signal?: AbortSignal): Promise<boolean> {
    const response = await this.#send(`blobs/${digest}`, { method: 'HEAD', signal });
    if (response.status === 404) return false;
    await expectStatus(response, 200, `looking for ${this.#name}@${digest}`);
    return true;
  }

  /** Does nothing when the registry has it; it is read only if not, and checked while it is sent. */
  async pushBlob(blob: Blob, signal?: AbortSignal): Promise<void> {
    const { digest, size } = blob;
    if (await this.hasBlob(digest, signal)) return;
    const url = await this.#startUpload(signal);
    url.searchParams.set('digest', digest);
    const done = await this.#exchange(url, {
      method: 'PUT',
      headers: { 'content-type': 'application/octet-stream', 'content-length': `${size}` },
      body: () => Readable.from(verified(blob.read(), blob), { objectMode: false }),
      signal,
    });
    await expectStatus(done, 201, `uploading ${this.#name}@${digest}`);
  }

  /** What it names must be there. */
  async pushManifest(reference: string, manifest: Document, signal?: AbortSignal): Promise<void> {
    const { mediaType, size } = manifest;
    const response = await this.#send(`manifests/${reference}`, {
      method: 'PUT',
      headers: { 'content-type': mediaType, 'content-length': `${size}` },
      body: () => manifest.read(),
      signal,
    });
    await expectStatus(response, 201, `writing ${this.#name}:${reference}`);
  }

  async *#blobChunks(digest: string, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    const response = await this.#send(`blobs/${digest}`, { signal });
    await expectStatus(response, 200, `reading ${this.#name}@${digest}`);
    yield* bodyOf(response, signal);
  }

  async #startUpload(signal?: AbortSignal): Promise<URL> {
    const response = await this.#send('blobs/uploads/', { method: 'POST', signal });
    await expectStatus(response, 202, `starting an upload to ${this.#name}`);
    const url = URL.parse(response.headers.get('location') ?? '', this.#origin);
    if (url === null) throw new OciError('registry_refused', 'the registry names no place for an upload');
    return url;
  }

  #send(path: string, request: Exchange): Promise<Response> {
    return this.#exchange(new URL(`${this.#origin}/v2/${this.#name}/${path}`), request);
  }

  async #exchange(url: URL, request: Exchange): Promise<Response> {
    const first = await exchange(url, this.#authorised(url, request));
    if (first.status !== 401 || url.origin !== this.#origin) return first;
    await first.body?.cancel();
    const challenge = first.headers.get('www-authenticate') ?? '';
    this.#authorization = await answerChallenge(challenge, this.#credentials, request.signal);
    return exchange(url, this.#authorised(url, request));
  }

  /** Only the registry itself is shown what opens it; an upload may go to another host. */
  #authorised({ origin }: URL, request: Exchange): Exchange {
    const authorization = this.#authorization;
    if (authorization === null || origin !== this.#origin) return request;
    return { ...request, headers: { ...request.headers, authorization } };
  }
}
