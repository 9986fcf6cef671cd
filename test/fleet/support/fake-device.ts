// A device that answers each document on its topics with the statuses that a test scripts.
import mqtt, { type MqttClient } from 'mqtt';
import type { Command, Reply } from '../../../protocol/operations/command.ts';
import type { Status } from '../../../protocol/reports/status.ts';
import { contentHash } from '../../../protocol/values/canonical-json.ts';

export const PREFIX = 'holdfast/v1';
export const AT = '2026-11-22T10:00:00.000Z';

interface Received {
  readonly revision: number;
  readonly hash: string;
  readonly value: Record<string, unknown>;
}

/** The statuses a device answers a document with, in order; `desired` is filled in unless given. */
export type Script = (received: Received) => readonly Partial<Status>[] | Promise<readonly Partial<Status>[]>;

export function makeStatus(overrides: Partial<Status>): Status {
  return {
    schema: 'holdfast.status/1',
    deployment: 'hello',
    source: 'device',
    desired: null,
    running: null,
    phase: 'converged',
    reason: null,
    refused: null,
    services: {},
    seq: 1,
    at: AT,
    ...overrides,
  };
}

export function makeService(overrides: Partial<Status['services'][string]> = {}): Status['services'][string] {
  return {
    state: 'running',
    health: 'healthy',
    image: 'i',
    digest: null,
    container: null,
    restarts: 0,
    started_at: null,
    exit_code: null,
    oom_killed: false,
    limits: null,
    progress: null,
    last_failure: null,
    ...overrides,
  };
}

export function makeState(device: string, groups: readonly string[]) {
  const amount = { total_bytes: 2, available_bytes: 1 };
  return {
    schema: 'holdfast.state/1',
    device,
    groups,
    agent_version: '0.1.0',
    architecture: 'amd64',
    os: 'Debian 12',
    kernel: '6.1',
    engine: null,
    boot_id: 'boot',
    uptime_seconds: 1,
    clock: { synchronised: null, source: null, last_jump: null },
    cpu: { cores: 2, load_1m: 0 },
    memory: amount,
    disk: amount,
    temperature_celsius: null,
    deployments: [],
    at: AT,
  };
}

export function makePresence(online: boolean) {
  return { schema: 'holdfast.presence/1', online, since: AT, boot_id: 'boot' };
}

export class FakeDevice {
  private readonly client: MqttClient;
  private readonly id: string;
  private isEnding = false;

  private constructor(client: MqttClient, id: string) {
    this.client = client;
    this.id = id;
  }

  static async connect(url: string, id: string, groups: readonly string[] = []): Promise<FakeDevice> {
    const { hostname, port } = new URL(url);
    const client = await mqtt.connectAsync({
      host: hostname,
      port: Number(port),
      protocol: 'mqtt',
      reconnectPeriod: 0,
    });
    const device = new FakeDevice(client, id);
    await device.publish('presence', makePresence(true));
    await device.publish('state', makeState(id, groups));
    return device;
  }

  async publish(leaf: string, value: unknown): Promise<void> {
    const options = { qos: 1, retain: true } as const;
    await this.client.publishAsync(`${PREFIX}/devices/${this.id}/${leaf}`, JSON.stringify(value), options);
  }

  /** Answers every document that comes to the topics from now on. */
  async answer(owners: readonly string[], script: Script): Promise<void> {
    this.client.on('message', (_topic, payload) => {
      const value: Record<string, unknown> = JSON.parse(payload.toString());
      void this.play(value, script).catch((error: unknown) => {
        // A test may be over before the broker has taken the last answer.
        if (!this.isEnding) throw error;
      });
    });
    await this.client.subscribeAsync(
      owners.map((owner) => `${PREFIX}/${owner}/deployments/+`),
      { qos: 1 },
    );
  }

  private async play(value: Record<string, unknown>, script: Script): Promise<void> {
    const received = { revision: Number(value.revision), hash: contentHash(value), value };
    const desired = { revision: received.revision, hash: received.hash };
    for (const step of await script(received)) {
      await this.publish(`status/${String(value.name)}`, makeStatus({ desired, ...step }));
    }
  }

  /** Answers every command from now on with these replies, one after the other; schema and id are filled in. */
  async reply(script: (command: Command) => readonly Partial<Reply>[]): Promise<void> {
    this.client.on('message', (topic, payload) => {
      if (!topic.includes('/commands/')) return;
      const command: Command = JSON.parse(payload.toString());
      for (const step of script(command)) {
        const reply = { schema: 'holdfast.reply/1', id: command.id, ...step };
        this.client.publish(`${PREFIX}/devices/${this.id}/replies/${command.id}`, JSON.stringify(reply), {
          qos: 1,
        });
      }
    });
    await this.client.subscribeAsync(`${PREFIX}/devices/${this.id}/commands/+`, { qos: 1 });
  }

  async close(): Promise<void> {
    this.isEnding = true;
    await this.client.endAsync(true);
  }
}
