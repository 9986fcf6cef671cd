// A line that can be slow, and can be cut: passes TCP connections on to a port of this host until told not to.
import { connect, createServer, type Server, type Socket } from 'node:net';
import { listenOnLoopback } from './loopback.ts';

/** Of each way. */
interface Pace {
  readonly bytesPerSecond: number;
  readonly latencyMs: number;
}

/** What a modem holds before it makes its sender wait. */
const BUFFER_BYTES = 4096;
const PIECE_BYTES = 256;

export class TcpProxy {
  readonly #targetPort: number;
  readonly #pace: Pace | null;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isCut = false;
  #port = 0;
  /** Connections that were ever made through it. */
  connections = 0;
  /** That came back from its port, of all connections. */
  answeredBytes = 0;

  private constructor(targetPort: number, pace: Pace | null) {
    this.#targetPort = targetPort;
    this.#pace = pace;
    this.#server = createServer((socket) => this.#pass(socket));
  }

  /** With no pace, as fast as the host is. */
  static async start(targetPort: number, pace: Pace | null = null): Promise<TcpProxy> {
    const proxy = new TcpProxy(targetPort, pace);
    proxy.#port = await listenOnLoopback(proxy.#server);
    return proxy;
  }

  get port(): number {
    return this.#port;
  }

  /** Ends every connection, without a farewell, and every later one at once. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #pass(socket: Socket): void {
    if (this.#isCut) {
      socket.destroy();
      return;
    }
    this.connections += 1;
    const upstream = connect(this.#targetPort, '127.0.0.1');
    upstream.on('data', (chunk: Buffer) => {
      this.answeredBytes += chunk.length;
    });
    for (const side of [socket, upstream]) {
      this.#sockets.add(side);
      // A reset ends one side only, and nothing else carries it to the other.
      side.on('error', () => undefined);
      side.on('close', () => {
        this.#sockets.delete(side);
        socket.destroy();
        upstream.destroy();
      });
    }
    if (this.#pace === null) {
      socket.pipe(upstream).pipe(socket);
    } else {
      carry(socket, upstream, this.#pace);
      carry(upstream, socket, this.#pace);
    }
  }
}

/** Piece after piece takes its time on the line, and arrives the latency later. */
function carry(from: Socket, to: Socket, { bytesPerSecond, latencyMs }: Pace): void {
  let lineIsFreeMs = 0;
  let heldBytes = 0;
  // What comes first goes first: of two timers set while this process was busy, the later may fire before.
  const underWay: Buffer[] = [];
  const timers = new Set<NodeJS.Timeout>();
  const send = (piece: Buffer): void => {
    const nowMs = performance.now();
    lineIsFreeMs = Math.max(nowMs, lineIsFreeMs) + (piece.length / bytesPerSecond) * 1000;
    heldBytes += piece.length;
    underWay.push(piece);
    after(lineIsFreeMs - nowMs, () => {
      heldBytes -= piece.length;
      if (heldBytes < BUFFER_BYTES) from.resume();
      after(latencyMs, () => {
        const next = underWay.shift();
        if (next !== undefined) to.write(next);
      });
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
