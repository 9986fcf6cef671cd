import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { listenOnLoopback } from './loopback.ts';
import { TcpProxy } from './tcp-proxy.ts';

const PIECE_BYTES = 500;
const PIECES = 200;
const BODY_BYTES = PIECE_BYTES * PIECES;
const STALL_MS = 10;

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

/** Keeps this process busy, as a suite of tests does that runs beside the line. */
function stall(): void {
  const endMs = performance.now() + STALL_MS;
  while (performance.now() < endMs);
}

async function receiver(): Promise<{ port: number; all: Promise<Buffer> }> {
  let socket: Socket | null = null;
  const server = createServer();
  const all = new Promise<Buffer>((resolve) => {
    server.on('connection', (incoming) => {
      socket = incoming;
      let received = Buffer.alloc(0);
      incoming.on('data', (chunk: Buffer) => {
        received = Buffer.concat([received, chunk]);
        if (received.length === BODY_BYTES) resolve(received);
        stall();
      });
    });
  });
  const port = await listenOnLoopback(server);
  undo.push(() => {
    socket?.destroy();
    server.close();
  });
  return { port, all };
}

test('a slow line keeps the order of bytes, however busy this process is', async () => {
  const { port, all } = await receiver();
  const proxy = await TcpProxy.start(port, { bytesPerSecond: 80_000, latencyMs: 50 });
  undo.push(() => proxy.close());
  const body = Buffer.alloc(BODY_BYTES);
  for (let at = 0; at < BODY_BYTES; at += 4) body.writeUInt32BE(at, at);
  const sender = connect(proxy.port, '127.0.0.1');
  undo.push(() => sender.destroy());
  for (let at = 0; at < BODY_BYTES; at += PIECE_BYTES) {
    sender.write(body.subarray(at, at + PIECE_BYTES));
    await sleep(1);
  }
  expect((await all).equals(body)).toBe(true);
});
