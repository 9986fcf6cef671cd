/**
 * As much of the registry protocol as the rig needs, over `fetch`: reading and writing blobs and manifests,
 * with basic or token authentication. Source: the OCI Distribution Specification 1.1.
 */

import { INDEX_TYPE, MANIFEST_TYPE } from './oci-image.ts';
import type { Descriptor } from './oci-layer.ts';
import { sha256 } from './oci-layer.ts';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export interface Manifest extends Descriptor {
  readonly data: Buffer;
}

const ACCEPT = [
  INDEX_TYPE,
  MANIFEST_TYPE,
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

class RegistryError extends Error {
  override readonly name = 'RegistryError';
  readonly status: number;

  constructor(message: string, status: number) {
    super(`${message}: HTTP ${status}`);
    this.status = status;
  }
}

export class RegistryClient {
  readonly #base: string;
  readonly #credentials: Credentials | undefined;
  readonly #signal: AbortSignal | undefined;
  /** What was last found to open a repository, so that each request needs no refusal first. */
  readonly #authorization = new Map<string, string>();

  /** `host` with a port; plain HTTP on loopback, as the engine does it. */
  constructor(host: string, options: { credentials?: Credentials; signal?: AbortSignal } = {}) {
    this.#base = `${/^(127\.|localhost)/.test(host) ? 'http' : 'https'}://${host}`;
    this.#credentials = options.credentials;
    this.#signal = options.signal;
  }

  /** The digest behind a tag, or undefined when there is no such tag. */
  async findDigest(name: string, reference: string): Promise<string | undefined> {
    const response = await this.#send(name, `manifests/${reference}`, {
      method: 'HEAD',
      headers: { accept: ACCEPT },
    });
    if (response.status === 404) return undefined;
    await accept(response, `Reading ${name}:${reference}`, 200);
    return response.headers.get('docker-content-digest') ?? undefined;
  }

  async getManifest(name: string, reference: string): Promise<Manifest> {
    const response = await this.#send(name, `manifests/${reference}`, { headers: { accept: ACCEPT } });
    await accept(response, `Reading ${name}:${reference}`, 200);
    const data = Buffer.from(await response.arrayBuffer());
    if (reference.startsWith('sha256:')) verify(data, reference);
    const mediaType = response.headers.get('content-type') ?? MANIFEST_TYPE;
    return { mediaType, digest: sha256(data), size: data.length, data };
  }

  async getBlob(name: string, digest: string): Promise<Buffer> {
    const response = await this.#send(name, `blobs/${digest}`);
    await accept(response, `Reading ${name}@${digest}`, 200);
    const data = Buffer.from(await response.arrayBuffer());
    verify(data, digest);
    return data;
  }

  async hasBlob(name: string, digest: string): Promise<boolean> {
    const response = await this.#send(name, `blobs/${digest}`, { method: 'HEAD' });
    if (response.status !== 404) await accept(response, `Looking for ${name}@${digest}`, 200);
    return response.status === 200;
  }

  /** Does nothing when the registry has it; `read` is called only if it has not. */
  async pushBlob(name: string, digest: string, read: () => Promise<Buffer>): Promise<void> {
    if (await this.hasBlob(name, digest)) return;
    const started = await this.#send(name, 'blobs/uploads/', { method: 'POST' });
    await accept(started, `Starting an upload to ${name}`, 202);
    const url = new URL(started.headers.get('location') ?? '', this.#base);
    url.searchParams.set('digest', digest);
    const headers = { 'content-type': 'application/octet-stream' };
    const done = await this.#request(name, url, {
      method: 'PUT',
      headers,
      body: new Uint8Array(await read()),
    });
    await accept(done, `Uploading ${name}@${digest}`, 201);
  }

  async pushManifest(name: string, reference: string, manifest: Manifest): Promise<void> {
    const headers = { 'content-type': manifest.mediaType };
    const body = new Uint8Array(manifest.data);
    const response = await this.#send(name, `manifests/${reference}`, { method: 'PUT', headers, body });
    await accept(response, `Writing ${name}:${reference}`, 201);
  }

  #send(name: string, path: string, init: RequestInit = {}): Promise<Response> {
    return this.#request(name, new URL(`${this.#base}/v2/${name}/${path}`), init);
  }

  async #request(name: string, url: URL, init: RequestInit): Promise<Response> {
    const first = await this.#fetch(name, url, init);
    if (first.status !== 401) return first;
    await first.body?.cancel();
    this.#authorization.set(name, await this.#answer(first.headers.get('www-authenticate') ?? ''));
    return this.#fetch(name, url, init);
  }

  #fetch(name: string, url: URL, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    const authorization = this.#authorization.get(name);
    if (authorization) headers.set('authorization', authorization);
    return fetch(url, { ...init, headers, ...(this.#signal ? { signal: this.#signal } : {}) });
  }

  /** Turns the challenge of a refusal into an `Authorization` header. */
  async #answer(challenge: string): Promise<string> {
    const basic = this.#credentials && `Basic ${encode(this.#credentials)}`;
    if (/^basic/i.test(challenge)) {
      if (basic) return basic;
      throw new RegistryError('The registry asks for a user name and password', 401);
    }
    const fields = new Map([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]));
    const url = new URL(fields.get('realm') ?? '');
    for (const key of ['service', 'scope']) url.searchParams.set(key, fields.get(key) ?? '');
    const response = await fetch(url, {
      ...(basic ? { headers: { authorization: basic } } : {}),
      ...(this.#signal ? { signal: this.#signal } : {}),
    });
    await accept(response, `Asking ${url.host} for a token`, 200);
    return `Bearer ${tokenOf(await response.json())}`;
  }
}

function tokenOf(answer: unknown): string {
  if (typeof answer === 'object' && answer !== null) {
    if ('token' in answer && typeof answer.token === 'string') return answer.token;
    if ('access_token' in answer && typeof answer.access_token === 'string') return answer.access_token;
  }
  throw new Error('The registry gave no token');
}

function encode({ username, password }: Credentials): string {
  return Buffer.from(`${username}:${password}`).toString('base64');
}

async function accept(response: Response, doing: string, status: number): Promise<void> {
  if (response.status === status) return;
  const answer = (await response.text()).trim().slice(0, 300);
  throw new RegistryError(`${doing}${answer ? ` (${answer})` : ''}`, response.status);
}

function verify(data: Buffer, digest: string): void {
  if (sha256(data) !== digest) throw new Error(`What came for ${digest} has the digest ${sha256(data)}`);
}
