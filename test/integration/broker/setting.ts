// What the broker tests share: a folder, brokers and clients that are gone after each test.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { type Mosquitto, type MosquittoOptions, startMosquitto } from '../../../scripts/rig/mosquitto.ts';
import { type Recording, recordLine } from '../../agent/line/line-harness.ts';
import { listenOnLoopback } from '../../fakes/loopback.ts';

export class Setting {
  readonly dir = mkdtempSync(path.join(tmpdir(), 'holdfast-broker-'));
  readonly #cleanUps: (() => unknown)[] = [];

  /** In reverse order of what was started. */
  async cleanUp(): Promise<void> {
    for (const cleanUp of this.#cleanUps.reverse()) await cleanUp();
    rmSync(this.dir, { recursive: true, force: true });
  }

  defer(cleanUp: () => unknown): void {
    this.#cleanUps.push(cleanUp);
  }

  async mosquitto(options: Partial<MosquittoOptions> = {}): Promise<Mosquitto> {
    const mosquitto = await startMosquitto({ dir: path.join(this.dir, 'mosquitto'), ...options });
    this.defer(() => mosquitto.stop());
    return mosquitto;
  }

  /** A BrokerLine that records what it tells; started. */
  device(...args: Parameters<typeof recordLine>): Recording {
    const recording = recordLine(...args);
    this.defer(() => recording.broker.close());
    recording.broker.start();
    return recording;
  }

  /** The manager's side: what it gets for the filter goes into `messages`, newest last. */
  async manager(url: string, filter: string): Promise<{ client: MqttClient; messages: ManagerMessage[] }> {
    const client = await connectAsync(url, { protocolVersion: 5, reconnectPeriod: 20 });
    this.defer(() => client.endAsync(true));
    const messages: ManagerMessage[] = [];
    client.on('message', (topic, payload) => messages.push({ topic, payload: payload.toString() }));
    await client.subscribeAsync(filter, { qos: 1 });
    return { client, messages };
  }

  /** Where a broker is reached in one version only: itself, or what stands in front of it and refuses MQTT 5. */
  async portFor(version: '5' | '3.1.1', targetPort: number): Promise<number> {
    if (version === '5') return targetPort;
    const server = createServer((socket) => {
      socket.once('data', (connectPacket) => {
        // The protocol level follows the fixed header and the name "MQTT".
        const level = connectPacket.subarray(connectPacket.indexOf('MQTT') + 4).readUInt8(0);
        if (level === 5) return socket.end(Buffer.from([0x20, 2, 0, 1]));
        const upstream = connect(targetPort, '127.0.0.1');
        upstream.write(connectPacket);
        socket.pipe(upstream).pipe(socket);
        // A reset is an error on one side only, and pipe() does not carry it to the other.
        for (const side of [socket, upstream]) side.on('error', () => undefined);
        socket.on('close', () => upstream.destroy());
        upstream.on('close', () => socket.destroy());
        return undefined;
      });
    });
    this.defer(() => server.close());
    return listenOnLoopback(server);
  }

  write(name: string, content: string): string {
    const file = path.join(this.dir, name);
    writeFileSync(file, content);
    return file;
  }

  /** A Mosquitto password file with one user. */
  passwords(user: string, password: string): string {
    const file = path.join(this.dir, 'passwords');
    execFileSync('mosquitto_passwd', ['-b', '-c', file, user, password], { stdio: 'pipe' });
    return file;
  }
}

export interface ManagerMessage {
  readonly topic: string;
  readonly payload: string;
}
