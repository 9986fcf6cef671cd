// node:http by `require`: an ES-module import of it also loads undici, which costs the agent 13 MiB.
// Tested in test/agent/doors/socket/server.test.ts.
import { createRequire } from 'node:module';

const http: typeof import('node:http') = createRequire(import.meta.url)('node:http');

export const { createServer, request } = http;
