// The agent's line to its fleet: keeps one MQTT connection, tells when it comes and goes, and hands messages
// in and out. It decides nothing on their content and stores nothing.
import type { Duplex } from 'node:stream';
import { Tasks } from '../../lib/failures/tasks.ts';
import { Connection } from '../../lib/mqtt/connection.ts';
import { type Dial, dial as dialSocket } from '../../lib/mqtt/dial.ts';
import { type Ending, suspectTls } from '../../lib/mqtt/ending.ts';
import type { Outgoing } from '../../lib/mqtt/message.ts';
import { decideRetry, firstRetry, type Retry } from '../../lib/mqtt/retry.ts';
import type { Session } from '../../lib/mqtt/session.ts';
import type { BrokerTrouble } from '../../lib/mqtt/trouble.ts';
import type { Logger } from '../../lib/program/logger.ts';
import { readSecret } from '../../lib/program/read-secret.ts';
import type { Clock, Random } from '../../lib/time/clock.ts';
import { formatTopic } from '../../protocol/topics.ts';
import type { BrokerConfig } from '../config/config.ts';
import type { Broker, BrokerHandlers, BrokerStatus } from '../ports/broker.ts';
import { DeniedTopics } from './denied-topics.ts';
import { clientIdOf, presenceMessage, subscriptionFilters } from './own-messages.ts';

export interface MqttBrokerOptions {
  readonly config: BrokerConfig;
  readonly device: string;
  readonly groups: readonly string[];
  readonly bootId: string;
  readonly handlers: BrokerHandlers;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Default: real sockets. */
  readonly dial?: Dial;
}

export class MqttBroker implements Broker {
  readonly #options: MqttBrokerOptions;
  readonly #logger: Logger;
  readonly #dial: Dial;
  readonly #closing = new AbortController();
  readonly #tasks = new Tasks((error) => this.#tellFault(error));
  #running: Promise<void> = Promise.resolve();
  #retry: Retry;
  #connection: Connection | null = null;
  #status: BrokerStatus;
  readonly #denied: DeniedTopics;
  /** When the connection at hand was begun; its last will carries it too. */
  #beganAt: string;

  constructor(options: MqttBrokerOptions) {
    this.#options = options;
    this.#logger = options.logger;
    this.#dial = options.dial ?? dialSocket;
    this.#denied = new DeniedTopics(options.clock, options.random);
    this.#retry = firstRetry(options.config.reconnectWithinMs);
    this.#beganAt = this.#now();
    this.#status = { isConnected: false, protocol: null, since: this.#beganAt, trouble: null, denied: [] };
  }

  /** Begins to connect; call it once, when the handlers are ready for messages. */
  start(): void {
    this.#running = this.#run();
  }

  status(): BrokerStatus {
    if (!this.#status.isConnected) return this.#status;
    return {
      ...this.#status,
      denied: [...(this.#connection?.refusedFilters() ?? []), ...this.#denied.topics()],
    };
  }

  async publish(topic: string, payload: string, { retain }: { retain: boolean }): Promise<boolean> {
    if (this.#connection === null || this.#denied.isHeldBack(topic)) return false;
    const isTaken = await this.#connection.publish({ topic, payload, retain });
    if (isTaken) this.#denied.forget(topic);
    return isTaken;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#connection?.leave(this.#presence(false));
    await this.#running;
  }

  async #run(): Promise<void> {
    const { random, clock } = this.#options;
    while (!this.#closing.signal.aborted) {
      const ending = await this.#connectOnce().catch((error: unknown) => this.#takeFault(error));
      this.#connection = null;
      const { retry, delayMs, trouble } = decideRetry(this.#retry, ending, random);
      this.#retry = retry;
      if (trouble !== null) this.#tellTrouble(trouble, delayMs);
      await clock.sleep(delayMs, this.#closing.signal);
    }
  }

  /** From dialling to the end of the connection, whichever comes of it. */
  async #connectOnce(): Promise<Ending> {
    const { config, clock, random } = this.#options;
    this.#beganAt = this.#now();
    const session = this.#readSession();
    if (!session.ok) return neverUp({ code: 'refused_credentials', message: session.message });
    const dialed = await this.#dial(config, { clock, signal: this.#closing.signal });
    if (!dialed.ok) return neverUp(dialed.trouble);
    if (this.#closing.signal.aborted) return abandon(dialed.stream);
    const connection: Connection = new Connection({
      stream: dialed.stream,
      version: this.#retry.version.version,
      session: session.value,
      clock,
      random,
      logger: this.#logger,
      onUp: () => this.#welcome(connection),
      onMessage: (message) => this.#options.handlers.onMessage(message),
      onDenied: (topic) => this.#denied.note(topic),
    });
    this.#connection = connection;
    const ending = await connection.ended;
    return config.protocol === 'mqtt' ? suspectTls(ending) : ending;
  }

  /** It is a failed try like any other, and the next comes. */
  #takeFault(error: unknown): Ending {
    this.#tellFault(error);
    return neverUp({ code: 'closed', message: 'a fault of the agent itself' });
  }

  #tellFault(error: unknown): void {
    this.#logger.error({ err: error }, 'a fault of the agent itself');
  }

  #readSession(): { ok: true; value: Session } | { ok: false; message: string } {
    const { config, device, groups } = this.#options;
    const password = config.passwordFile === null ? null : readSecret(config.passwordFile);
    if (password?.ok === false) return password;
    return {
      ok: true,
      value: {
        clientId: clientIdOf(device),
        username: config.username,
        password: password?.value ?? null,
        will: this.#presence(false),
        filters: subscriptionFilters(config.topicPrefix, device, groups),
      },
    };
  }

  #welcome(connection: Connection): void {
    const protocol = this.#retry.version.version;
    const denied = connection.refusedFilters();
    this.#denied.forgetAll();
    this.#status = { isConnected: true, protocol, since: this.#now(), trouble: null, denied: [] };
    this.#logger.info({ protocol }, 'connected');
    if (denied.length > 0) this.#logger.warn({ denied }, 'connected, but not to all topics');
    this.#tasks.run(connection.publish(this.#presence(true)));
    this.#call('onConnected', () => this.#options.handlers.onConnected());
  }

  /** A connection's end is told always, a failed try only when it fails in another way than the one before. */
  #tellTrouble(trouble: BrokerTrouble, delayMs: number): void {
    const before = this.#status;
    const isNews = before.isConnected || before.trouble?.code !== trouble.code;
    const since = isNews ? this.#now() : before.since;
    this.#status = { isConnected: false, protocol: null, since, trouble, denied: [] };
    this.#logger[isNews ? 'warn' : 'debug']({ trouble, delayMs }, 'not connected');
    // After close() the rooms behind the handlers may be closed too.
    if (!isNews || this.#closing.signal.aborted) return;
    this.#call('onDisconnected', () => this.#options.handlers.onDisconnected(trouble));
  }

  #call(handler: keyof BrokerHandlers, run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#logger.error({ err: error, handler }, 'a handler threw');
    }
  }

  #presence(online: boolean): Outgoing {
    const { config, device, bootId } = this.#options;
    const topic = formatTopic(config.topicPrefix, { kind: 'presence', device });
    return presenceMessage(topic, { online, since: this.#beganAt, boot_id: bootId });
  }

  #now(): string {
    return this.#options.clock.wallTime().toISOString();
  }
}

function neverUp(trouble: BrokerTrouble): Ending {
  return { trouble, verdict: 'unknown', isExplained: true, upForMs: null };
}

/** close() came between the dialling and the connection, where it found neither to end. */
function abandon(stream: Duplex): Ending {
  stream.destroy();
  return neverUp({ code: 'closed', message: 'the agent is stopping' });
}
