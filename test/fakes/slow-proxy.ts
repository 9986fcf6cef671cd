// A slow line: passes TCP connections on to a port of this host at so many bytes a second, each way, and late.
import { connect, createServer, type Server, type Socket } from 'node:net';

interface SlowLine {
  readonly bytesPerSecond: number;
  /** One way. */
  readonly latencyMs: number;
}

/** What a modem holds before it makes its sender wait. */
const BUFFER_BYTES = 4096;
const PIECE_BYTES = 256;

export class SlowProxy {
  readonly #line: SlowLine;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #port = 0;
  /** Connections that were ever made through it. */
  connections = 0;

  private constructor(targetPort: number, line: SlowLine) {
    this.#line = line;
    this.#server = createServer((socket) => this.#join(socket, connect(targetPort, '127.0.0.1')));
  }

  static async start(targetPort: number, line: SlowLine): Promise<SlowProxy> {
    const proxy = new SlowProxy(targetPort, line);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    const address = proxy.#server.address();
    if (address !== null && typeof address === 'object') proxy.#port = address.port;
    return proxy;
  }

  get port(): number {
    return this.#port;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(socket: Socket, upstream: Socket): void {
    this.connections += 1;
    for (const side of [socket, upstream]) {
      this.#sockets.add(side);
      side.on('error', () => undefined);
      side.on('close', () => {
        this.#sockets.delete(side);
        socket.destroy();
        upstream.destroy();
      });
    }
    carry(socket, upstream, this.#line);
    carry(upstream, socket, this.#line);
  }
}

/** Piece after piece takes its time on the line, and arrives the latency later. */
function carry(from: Socket, to: Socket, { bytesPerSecond, latencyMs }: SlowLine): void {
  let lineIsFreeMs = 0;
  let heldBytes = 0;
  const timers = new Set<NodeJS.Timeout>();
  const send = (piece: Buffer): void => {
    const nowMs = performance.now();
    lineIsFreeMs = Math.max(nowMs, lineIsFreeMs) + (piece.length / bytesPerSecond) * 1000;
    heldBytes += piece.length;
    after(lineIsFreeMs - nowMs, () => {
      heldBytes -= piece.length;
      if (heldBytes < BUFFER_BYTES) from.resume();
      after(latencyMs, () => to.write(piece));
    });
  };
  const after = (ms: number, act: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, ms);
    timers.add(timer);
  };
  from.on('data', (chunk: Buffer) => {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) send(chunk.subarray(at, at + PIECE_BYTES));
    if (heldBytes >= BUFFER_BYTES) from.pause();
  });
  from.on('close', () => {
    for (const timer of timers) clearTimeout(timer);
  });
}
