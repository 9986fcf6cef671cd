// What the broker tests share: a folder, brokers and clients that are gone after each test.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { type Mosquitto, type MosquittoOptions, startMosquitto } from '../../../scripts/rig/mosquitto.ts';
import { type Recording, recordBroker } from '../../agent/broker/broker-harness.ts';

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

  /** An MqttBroker that records what it tells; started. */
  device(...args: Parameters<typeof recordBroker>): Recording {
    const recording = recordBroker(...args);
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
