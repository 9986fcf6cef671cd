// The agent's line to its fleet: keeps one MQTT connection, tells when it comes and goes, and hands messages
// in and out. It decides nothing on their content and stores nothing.
import { Tasks } from '../../lib/failures/tasks.ts';
import type { Connection } from '../../lib/mqtt/connection.ts';
import { describeTrouble } from '../../lib/mqtt/describe-trouble.ts';
import { type Dial, dial as dialSocket } from '../../lib/mqtt/dial.ts';
import { KeptConnection } from '../../lib/mqtt/kept-connection.ts';
import type { Outgoing } from '../../lib/mqtt/message.ts';
import type { ProtocolVersion } from '../../lib/mqtt/protocol-version.ts';
import type { Trouble } from '../../lib/mqtt/trouble.ts';
import type { Logger } from '../../lib/program/logger.ts';
import type { Clock, Random } from '../../lib/time/clock.ts';
import { formatTopic } from '../../protocol/topics.ts';
import type { Line, LineHandlers, LineStatus } from '../ports/line.ts';
import { DeniedTopics } from './denied-topics.ts';
import { presenceMessage } from './own-messages.ts';
import { prepareSession, type SessionOwner } from './prepare-session.ts';
import { AGENT_TERMS } from './terms.ts';

export interface BrokerLineOptions extends SessionOwner {
  readonly bootId: string;
  readonly handlers: LineHandlers;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Default: real sockets. */
  readonly dial?: Dial;
}

export class BrokerLine implements Line {
  readonly #options: BrokerLineOptions;
  readonly #logger: Logger;
  readonly #kept: KeptConnection;
  readonly #tasks = new Tasks((error) => this.#tellFault(error));
  #status: LineStatus;
  readonly #denied: DeniedTopics;
  /** When the connection at hand was begun; its last will carries it too. */
  #beganAt: string;

  constructor(options: BrokerLineOptions) {
    const { config, clock, random, logger } = options;
    this.#options = options;
    this.#logger = logger;
    this.#denied = new DeniedTopics(clock, random);
    this.#beganAt = this.#now();
    this.#status = { isConnected: false, protocol: null, since: this.#beganAt, trouble: null, denied: [] };
    this.#kept = new KeptConnection({
      ...{ address: config, dial: options.dial ?? dialSocket, clock, random, logger },
      reconnectWithinMs: config.reconnectWithinMs,
      prepare: () => {
        this.#beganAt = this.#now();
        return prepareSession(options, this.#presence(false));
      },
      onUp: (connection, version) => this.#welcome(connection, version),
      onDown: (trouble, delayMs) => this.#tellTrouble(trouble, delayMs),
      onMessage: (message) => options.handlers.onMessage(message),
      onDenied: (topic) => this.#denied.note(topic),
      onFault: (error) => this.#tellFault(error),
    });
  }

  start(): void {
    this.#kept.start();
  }

  status(): LineStatus {
    if (!this.#status.isConnected) return this.#status;
    const refused = this.#kept.connection?.refusedFilters() ?? [];
    return { ...this.#status, denied: [...refused, ...this.#denied.topics()] };
  }

  async publish(topic: string, payload: string, { retain }: { retain: boolean }): Promise<boolean> {
    const { connection } = this.#kept;
    if (connection === null || this.#denied.isHeldBack(topic)) return false;
    const { ok: isTaken } = await connection.publish({ topic, payload, retain });
    if (isTaken) this.#denied.forget(topic);
    return isTaken;
  }

  async close(): Promise<void> {
    await this.#kept.close(this.#presence(false));
  }

  #tellFault(error: unknown): void {
    this.#logger.error({ err: error }, 'a fault of the agent itself');
  }

  #welcome(connection: Connection, protocol: ProtocolVersion): void {
    const denied = connection.refusedFilters();
    this.#denied.forgetAll();
    this.#status = { isConnected: true, protocol, since: this.#now(), trouble: null, denied: [] };
    this.#logger.info({ protocol }, 'connected');
    if (denied.length > 0) this.#logger.warn({ denied }, 'connected, but not to all topics');
    this.#tasks.run(connection.publish(this.#presence(true)));
    this.#call('onConnected', () => this.#options.handlers.onConnected());
  }

  /** A connection's end is told always, a failed try only when it fails in another way than the one before. */
  #tellTrouble(end: Trouble, delayMs: number): void {
    const trouble = describeTrouble(end, AGENT_TERMS);
    const before = this.#status;
    const isNews = before.isConnected || before.trouble?.code !== trouble.code;
    const since = isNews ? this.#now() : before.since;
    this.#status = { isConnected: false, protocol: null, since, trouble, denied: [] };
    this.#logger[isNews ? 'warn' : 'debug']({ trouble, delayMs }, 'not connected');
    // After close() the rooms behind the handlers may be closed too.
    if (!isNews || this.#kept.isClosing) return;
    this.#call('onDisconnected', () => this.#options.handlers.onDisconnected(trouble));
  }

  #call(handler: keyof LineHandlers, run: () => void): void {
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
