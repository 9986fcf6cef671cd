// As much of a registry as a client can be tried on: one repository in memory, and answers of a test's own.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { sha256 } from '../../../lib/oci/content.ts';
import { listenOnLoopback } from '../../fakes/loopback.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;

export class SmallRegistry {
  readonly blobs = new Map<string, Buffer>();
  readonly manifests = new Map<string, { type: string; data: Buffer }>();
  /** `METHOD path`, in their order. */
  readonly asked: string[] = [];
  /** Answers before the registry does, and then answers with `true`. */
  before: Handler = () => false;
  /** `127.0.0.1:PORT` */
  host = '';
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      this.asked.push(`${request.method} ${request.url}`);
      this.#answer(request, response).catch(() => response.destroy());
    });
  }

  async start(): Promise<void> {
    this.host = `127.0.0.1:${await listenOnLoopback(this.#server)}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (await this.before(request, response)) return;
    const url = new URL(request.url ?? '', 'http://registry');
    const [, , , kind = '', reference = ''] = url.pathname.split('/');
    if (request.method === 'POST') response.writeHead(202, { location: '/v2/app/blobs/uploads/1?a=b' }).end();
    else if (request.method === 'PUT') await this.#take(request, response, { kind, reference, url });
    else this.#give(response, kind, reference);
  }

  async #take(
    request: IncomingMessage,
    response: ServerResponse,
    { kind, reference, url }: { kind: string; reference: string; url: URL },
  ): Promise<void> {
    const data = await buffer(request);
    if (kind === 'blobs') this.blobs.set(url.searchParams.get('digest') ?? '', data);
    else this.manifests.set(reference, { type: request.headers['content-type'] ?? '', data });
    response.writeHead(201).end();
  }

  #give(response: ServerResponse, kind: string, reference: string): void {
    const blob = this.blobs.get(reference);
    const manifest = this.manifests.get(reference);
    if (kind === 'blobs' && blob !== undefined) response.end(blob);
    else if (kind === 'manifests' && manifest !== undefined) {
      const { type, data } = manifest;
      response.writeHead(200, { 'content-type': type, 'docker-content-digest': sha256(data) }).end(data);
    } else response.writeHead(404).end('no such thing');
  }
}
