// The manager's side: a plain MQTT client that publishes documents, and keeps and checks all that devices tell.
import { connectAsync, type MqttClient } from 'mqtt';
import type { GenericSchema } from 'valibot';
import { parseWith } from '../../../protocol/faults.ts';
import { COMMAND_SCHEMA, type Reply, replySchema } from '../../../protocol/operations/command.ts';
import { type Event, type EventBatch, eventsSchema } from '../../../protocol/reports/events.ts';
import { type Presence, presenceSchema } from '../../../protocol/reports/presence.ts';
import { type DeviceState, stateSchema } from '../../../protocol/reports/state.ts';
import { type Phase, type Status, statusSchema } from '../../../protocol/reports/status.ts';
import { waitFor } from './wait-for.ts';

const PREFIX = 'holdfast/v1';

export interface ManagerOptions {
  readonly url: string;
  readonly device: string;
  readonly clientId: string;
  /** 4 is MQTT 3.1.1. */
  readonly protocolVersion: 4 | 5;
}

export class Manager {
  readonly statuses: Status[] = [];
  readonly states: DeviceState[] = [];
  readonly presences: Presence[] = [];
  readonly batches: EventBatch[] = [];
  readonly replies: Reply[] = [];
  readonly #client: MqttClient;
  readonly #options: ManagerOptions;
  readonly #faults: string[] = [];

  private constructor(client: MqttClient, options: ManagerOptions) {
    this.#client = client;
    this.#options = options;
    client.on('message', (topic, payload) => this.#take(topic, payload.toString()));
  }

  /** Its session outlives an outage of the broker, so that it misses nothing. */
  static async connect(options: ManagerOptions): Promise<Manager> {
    const { url, clientId, protocolVersion } = options;
    const session = { clean: false, properties: { sessionExpiryInterval: 3600 } };
    const client = await connectAsync(url, { clientId, protocolVersion, reconnectPeriod: 50, ...session });
    const manager = new Manager(client, options);
    for (const leaf of ['status/+', 'state', 'presence', 'events', 'replies/+'])
      await client.subscribeAsync(manager.#topic(leaf), { qos: 1 });
    return manager;
  }

  /** Publishes to the device, or to `groups/NAME`. What is no string or bytes is sent as JSON. */
  async publish(name: string, document: object | string | Buffer, to = `devices/${this.#options.device}`) {
    const payload =
      typeof document === 'string' || document instanceof Buffer ? document : JSON.stringify(document);
    await this.#client.publishAsync(`${PREFIX}/${to}/deployments/${name}`, payload, { qos: 1, retain: true });
  }

  /** Sends a command and waits for its reply, with the parts of the answer before it. */
  async ask(id: string, verb: string, args: object = {}): Promise<Reply[]> {
    const command = { schema: COMMAND_SCHEMA, id, verb, args };
    await this.#client.publishAsync(this.#topic(`commands/${id}`), JSON.stringify(command), { qos: 1 });
    const told = (): Reply[] => this.replies.filter((reply) => reply.id === id);
    await waitFor(`the reply to ${id}`, () => told().some(({ part }) => part?.is_last !== false));
    return told();
  }

  /** The statuses of one deployment, in the order in which they came. */
  statusesOf(deployment: string): Status[] {
    return this.statuses.filter((status) => status.deployment === deployment);
  }

  latest(deployment: string): Status | undefined {
    return this.statusesOf(deployment).at(-1);
  }

  /** Waits until the latest status is as asked. */
  async status(
    deployment: string,
    what: string,
    isSo: (status: Status) => boolean,
    deadlineMs?: number,
  ): Promise<Status> {
    const look = () => this.statusesOf(deployment).slice(-1).find(isSo);
    return waitFor(`status of ${deployment}: ${what}`, look, {
      ...(deadlineMs === undefined ? {} : { deadlineMs }),
      lastSeen: () => ({
        phases: this.phasesOf(deployment),
        status: this.latest(deployment),
        events: this.events().slice(-5),
      }),
    });
  }

  /** Waits for a phase of one revision. */
  phase(deployment: string, phase: Phase, revision: number, deadlineMs?: number): Promise<Status> {
    return this.status(
      deployment,
      `revision ${revision} ${phase}`,
      (status) => status.phase === phase && status.desired?.revision === revision,
      deadlineMs,
    );
  }

  /** Waits for a refusal with this code. */
  async refusal(deployment: string, code: string): Promise<NonNullable<Status['refused']>> {
    const { refused } = await this.status(
      deployment,
      `refused ${code}`,
      ({ refused }) => refused?.code === code,
    );
    if (refused === null) throw new Error('unreachable: the status was waited for');
    return refused;
  }

  /** Waits for an event. */
  event(what: string, isIt: (event: Event) => boolean): Promise<Event> {
    return waitFor(`event: ${what}`, () => this.events().find(isIt), {
      lastSeen: () => this.events().slice(-10),
    });
  }

  /** Waits for presence to be, at last, online or offline. */
  presence(isOnline: boolean): Promise<unknown> {
    return waitFor(isOnline ? 'online' : 'offline', () => this.presences.at(-1)?.online === isOnline, {
      lastSeen: () => this.presences,
    });
  }

  /** Phases without repetition, in the order in which they were told. */
  phasesOf(deployment: string): Phase[] {
    return this.statusesOf(deployment)
      .map(({ phase }) => phase)
      .filter((phase, index, all) => phase !== all[index - 1]);
  }

  /** All events, each once, by number: the outbox delivers at least once. */
  events(): Event[] {
    const bySeq = new Map(this.batches.flatMap(({ events }) => events).map((event) => [event.seq, event]));
    return [...bySeq.values()].toSorted((a, b) => a.seq - b.seq);
  }

  /** What a newcomer finds on a topic below the device: the retained message, or `null`. */
  async retained(leaf: string): Promise<unknown> {
    const { url, protocolVersion } = this.#options;
    const client = await connectAsync(url, { protocolVersion });
    const got = new Map<string, string>();
    client.on('message', (topic, payload) => got.set(topic, payload.toString()));
    await client.subscribeAsync(this.#topic(leaf), { qos: 1 });
    // The broker keeps the order within a connection: once this is back, a retained message would have come.
    const echo = this.#topic('echo');
    await client.subscribeAsync(echo, { qos: 1 });
    await client.publishAsync(echo, 'echo', { qos: 1 });
    await waitFor('the echo', () => got.has(echo));
    await client.endAsync(true);
    const payload = got.get(this.#topic(leaf));
    return payload === undefined ? null : JSON.parse(payload);
  }

  /** What must hold of everything that a device ever tells. */
  faults(): string[] {
    const holes = this.events().flatMap(({ seq }, index, all) => {
      const previous = all[index - 1]?.seq;
      return previous === undefined || seq === previous + 1 ? [] : [`events jump from ${previous} to ${seq}`];
    });
    const lost = this.batches.filter((batch) => batch.lost !== undefined).map(() => 'events were lost');
    return [...this.#faults, ...holes, ...lost];
  }

  async close(): Promise<void> {
    await this.#client.endAsync(true);
  }

  #topic(leaf: string): string {
    return `${PREFIX}/devices/${this.#options.device}/${leaf}`;
  }

  #take(topic: string, payload: string): void {
    const leaf = topic.slice(this.#topic('').length);
    const json: unknown = JSON.parse(payload);
    if (leaf === 'events') this.#keep(this.batches, eventsSchema, json);
    else if (leaf === 'state') this.#keep(this.states, stateSchema, json);
    else if (leaf === 'presence') this.#keep(this.presences, presenceSchema, json);
    else if (leaf.startsWith('replies/')) this.#keep(this.replies, replySchema, json);
    else this.#takeStatus(leaf, json);
  }

  #takeStatus(leaf: string, json: unknown): void {
    const parsed = parseWith(statusSchema, json);
    if (!parsed.ok) {
      this.#faults.push(`a status not as the schema says: ${JSON.stringify(parsed.faults)}`);
      return;
    }
    const status = parsed.value;
    const before = this.latest(status.deployment);
    if (leaf !== `status/${status.deployment}`) this.#faults.push(`${status.deployment} told at ${leaf}`);
    // A reconnect brings the latest status of each deployment again; a number is never given twice.
    if (JSON.stringify(before) === JSON.stringify(status)) return;
    this.statuses.push(status);
    if (status.seq <= (before?.seq ?? 0))
      this.#faults.push(`status ${status.seq} of ${status.deployment} after ${before?.seq}`);
  }

  #keep<T>(list: T[], schema: GenericSchema<unknown, T>, json: unknown): void {
    const parsed = parseWith(schema, json);
    if (parsed.ok) list.push(parsed.value);
    else
      this.#faults.push(`not as the schema says: ${JSON.stringify(parsed.faults)}: ${JSON.stringify(json)}`);
  }
}
