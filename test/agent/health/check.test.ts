// Probes against real sockets of this machine.
import { createServer, type Server } from 'node:http';
import { createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkProbe, type PortProbe } from '../../../agent/health/check.ts';
import { listenOnLoopback } from '../../fakes/loopback.ts';

const timing = { intervalMs: 10_000, timeoutMs: 200, failures: 3, graceMs: 30_000 };
const never = new AbortController().signal;

let server: Server | TcpServer;
let port: number;
const sockets = new Set<Socket>();

async function listen(started: Server | TcpServer): Promise<void> {
  server = started;
  server.on('connection', (socket: Socket) => sockets.add(socket));
  port = await listenOnLoopback(server);
}

const http = (path = '/healthz'): PortProbe => ({ ...timing, kind: 'http', port, path });
const tcp = (): PortProbe => ({ ...timing, kind: 'tcp', port });

beforeEach(() => sockets.clear());
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
});

test.for([
  [200, null],
  [204, null],
  [301, null],
  [399, null],
  [400, 'HTTP 400'],
  [503, 'HTTP 503'],
] as const)('http: status %i gives %s', async ([status, problem]) => {
  await listen(createServer((_, response) => response.writeHead(status).end()));
  const result = await checkProbe(http(), '127.0.0.1', never);
  if (problem === null) expect(result).toBeNull();
  else expect(result).toContain(problem);
});

test('http: asks for its path, and says who asks', async () => {
  const asked: (string | undefined)[] = [];
  await listen(
    createServer((request, response) => {
      asked.push(request.url, request.headers['user-agent']);
      response.end();
    }),
  );
  await checkProbe(http('/ready?deep=1'), '127.0.0.1', never);
  expect(asked).toEqual(['/ready?deep=1', 'holdfast-probe']);
});

test('http: takes no body, however long', async () => {
  await listen(
    createServer((_, response) => {
      response.writeHead(200);
      response.write('x'.repeat(100_000));
    }),
  );
  expect(await checkProbe(http(), '127.0.0.1', never)).toBeNull();
});

test('http: a server that accepts and says nothing does not hold', async () => {
  await listen(createServer(() => undefined));
  expect(await checkProbe(http(), '127.0.0.1', never)).toBe(`no answer from port ${port} within 200 ms`);
});

test('http: a server that speaks something else does not hold', async () => {
  await listen(createTcpServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n')));
  expect(await checkProbe(http(), '127.0.0.1', never)).toContain(`port ${port}`);
});

test('http: a switch of protocols that nobody asked for does not hold', async () => {
  const head = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';
  await listen(createTcpServer((socket) => socket.once('data', () => socket.write(head))));
  expect(await checkProbe(http('/ws'), '127.0.0.1', never)).toBe(`HTTP 101 from port ${port}/ws`);
});

test('http: a server that closes with no answer does not hold', async () => {
  await listen(createTcpServer((socket) => socket.once('data', () => socket.end())));
  expect(await checkProbe(http(), '127.0.0.1', never)).toContain(`port ${port}`);
});

test('a time-out of a part of a millisecond is one all the same', async () => {
  await listen(createServer(() => undefined));
  const answer = await checkProbe({ ...http(), timeoutMs: 150.5 }, '127.0.0.1', never);
  expect(answer).toContain('no answer from port');
});

test('tcp: a connection is enough, and is closed at once', async () => {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  await listen(
    createTcpServer((socket) =>
      socket
        .on('close', () => resolve())
        .resume()
        .on('error', () => undefined),
    ),
  );
  expect(await checkProbe(tcp(), '127.0.0.1', never)).toBeNull();
  await closed;
});

test('a port where nothing listens says so', async () => {
  await listen(createTcpServer());
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  expect(await checkProbe(tcp(), '127.0.0.1', never)).toBe(`nothing listens on port ${port}`);
  expect(await checkProbe(http(), '127.0.0.1', never)).toBe(`nothing listens on port ${port}`);
});

test('ends promptly when it is given up', async () => {
  await listen(createServer(() => undefined));
  const abort = new AbortController();
  const check = checkProbe({ ...http(), timeoutMs: 3_600_000 }, '127.0.0.1', abort.signal);
  server.once('connection', () => abort.abort());
  expect(await check).not.toBeNull();
  expect(await checkProbe(tcp(), '127.0.0.1', AbortSignal.abort())).not.toBeNull();
});
