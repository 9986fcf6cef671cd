// Brokers and servers that are no proper brokers, gone after each test, and connecting to them with no time lost.
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach } from 'vitest';
import { readDestination } from '../../../../fleet/ctl/broker/broker-url.ts';
import { type ConnectOptions, connectBroker } from '../../../../fleet/ctl/broker/connect.ts';
import { CommandFailure } from '../../../../lib/program/command-failure.ts';
import { systemClock } from '../../../../lib/time/system-clock.ts';
import { listenOnLoopback } from '../../../fakes/loopback.ts';
import { startTestBroker } from '../../support/test-broker.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

export async function startBroker(options = {}) {
  const broker = await startTestBroker(options);
  closers.push(broker.close);
  return broker;
}
/** A TCP server that is no proper broker; `versions` are the protocol versions that clients tried. */
export async function startServer(onConnect: (socket: Socket, version: number) => void) {
  const sockets = new Set<Socket>();
  const versions: number[] = [];
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', (packet: Buffer) => {
      const version = packet[packet.indexOf('MQTT') + 4] ?? 0;
      versions.push(version);
      onConnect(socket, version);
    });
  });
  const port = await listenOnLoopback(server);
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `mqtt://127.0.0.1:${port}`, versions };
}

/** How long was waited between tries. */
export const pauses: number[] = [];
beforeEach(() => {
  pauses.length = 0;
});

export const connect = (url: string, options: Partial<ConnectOptions> = {}) =>
  connectBroker({
    destination: readDestination(url),
    tls: { ca: null, cert: null, key: null },
    clock: systemClock,
    connectTimeoutMs: 500,
    answerTimeoutMs: 200,
    signal: new AbortController().signal,
    pause: async (ms) => void pauses.push(ms),
    ...options,
  });

export async function failureOf(promise: Promise<unknown>): Promise<CommandFailure> {
  const error = await promise.then(
    () => new Error('did not fail'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof CommandFailure)) throw error;
  return error;
}
