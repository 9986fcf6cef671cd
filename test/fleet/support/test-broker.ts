// A real broker in this process. aedes speaks only MQTT 3.1.1, so every test also takes the fall-back.
import { createServer, type Socket } from 'node:net';
import { Aedes, type AedesOptions } from 'aedes';
import { listenOnLoopback } from '../../fakes/loopback.ts';

export interface TestBroker {
  readonly url: string;
  readonly aedes: Aedes;
  /** Text retained on a topic, or `null`. */
  retained(topic: string): Promise<string | null>;
  publishRetained(topic: string, value: unknown): Promise<void>;
  close(): Promise<void>;
}

export async function startTestBroker(options: AedesOptions = {}): Promise<TestBroker> {
  const aedes = await Aedes.createBroker(options);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    aedes.handle(socket);
  });
  const port = await listenOnLoopback(server);
  return {
    url: `mqtt://127.0.0.1:${port}`,
    aedes,
    retained: (topic) => readRetained(aedes, topic),
    publishRetained: (topic, value) =>
      new Promise((resolve, reject) => {
        const payload = typeof value === 'string' ? value : JSON.stringify(value);
        const packet = { cmd: 'publish', topic, payload, qos: 1, retain: true, dup: false } as const;
        aedes.publish(packet, (error) => (error === undefined || error === null ? resolve() : reject(error)));
      }),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** A subscription from inside gets no retained messages, so the store is asked. */
async function readRetained(aedes: Aedes, topic: string): Promise<string | null> {
  const { persistence } = aedes as unknown as {
    persistence: { createRetainedStream(pattern: string): AsyncIterable<{ payload: Buffer }> };
  };
  for await (const packet of persistence.createRetainedStream(topic)) return packet.payload.toString();
  return null;
}
