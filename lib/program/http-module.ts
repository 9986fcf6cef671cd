// node:http by `require`: an ES-module import of it also loads undici, which costs the agent 13 MiB.
// Tested in test/agent/doors/socket/server.test.ts.
import type { RequestListener, Server } from 'node:http';
import { createRequire } from 'node:module';

const http: typeof import('node:http') = createRequire(import.meta.url)('node:http');

export const { request } = http;

/** No caller, however slow or many, holds the memory or the file descriptors of this process. */
export function createBoundedServer(listener: RequestListener): Server {
  const server = http.createServer(
    // By itself Node looks for what takes too long each 30 s only.
    {
      maxHeaderSize: 8192,
      headersTimeout: 5000,
      requestTimeout: 10_000,
      connectionsCheckingInterval: 1000,
    },
    listener,
  );
  server.setTimeout(15_000);
  server.maxConnections = 32;
  return server;
}
