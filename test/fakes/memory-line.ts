// The agent's line to the fake broker: connects, comes back after every end when the real line would, and hands
// messages in and out.

import { clientIdOf, presenceMessage, subscriptionFilters } from '../../agent/line/own-messages.ts';
import { AGENT_TERMS } from '../../agent/line/terms.ts';
import type { Line, LineHandlers, LineStatus } from '../../agent/ports/line.ts';
import { describeTrouble } from '../../lib/mqtt/describe-trouble.ts';
import type { Ending } from '../../lib/mqtt/ending.ts';
import type { Outgoing } from '../../lib/mqtt/message.ts';
import { decideRetry, firstRetry } from '../../lib/mqtt/retry.ts';
import { Subscriptions } from '../../lib/mqtt/subscriptions.ts';
import type { Trouble } from '../../lib/mqtt/trouble.ts';
import type { Clock } from '../../lib/time/clock.ts';
import { formatTopic } from '../../protocol/topics.ts';
import { loudTasks } from './loud-tasks.ts';
import type { Client, MemoryBroker, Message } from './memory-broker.ts';
import { type Gate, OPEN_GATE, passed } from './one-life.ts';
import { silent } from './silent-logger.ts';

export interface MemoryLineOptions {
  readonly broker: MemoryBroker;
  readonly clock: Clock;
  /** For waits after which, as a rule, nothing is new. */
  readonly idleClock?: Clock;
  readonly handlers: LineHandlers;
  readonly device: string;
  readonly groups: readonly string[];
  readonly topicPrefix: string;
  readonly alsoHears?: readonly string[];
  readonly bootId: string;
  readonly onStatus?: (status: LineStatus) => void;
  /** Of the agent's process. */
  readonly gate?: Gate;
}

/** A message that was not taken is sent again at the next connect, which is made soon. */
const REDELIVERY_MS = 5000;

const RECONNECT_WITHIN_MS = 8000;

const SESSION_TAKEN_OVER = 142;
const AWAY: Trouble = { kind: 'unreached', during: 'tcp', afterMs: 0 };
const ENDS: Readonly<Record<'closed' | 'session_taken', Trouble>> = {
  closed: { kind: 'closed' },
  session_taken: { kind: 'disconnected', reason: SESSION_TAKEN_OVER },
};

export class MemoryLine implements Line {
  readonly #options: MemoryLineOptions;
  readonly #gate: Gate;
  readonly #closing = new AbortController();
  #client: Client | null = null;
  /** Of the present client. */
  #subscriptions: Subscriptions | null = null;
  #over = new AbortController();
  #status: LineStatus;
  #retry = firstRetry(RECONNECT_WITHIN_MS);
  #upSinceMs: number | null = null;
  #isGone = false;

  constructor(options: MemoryLineOptions) {
    this.#options = options;
    this.#gate = options.gate ?? OPEN_GATE;
    this.#status = { isConnected: false, protocol: null, since: this.#now(), trouble: null, denied: [] };
  }

  start(): void {
    void this.#connect();
  }

  status(): LineStatus {
    if (!this.#status.isConnected) return this.#status;
    return { ...this.#status, denied: this.#subscriptions?.refused() ?? [] };
  }

  async publish(topic: string, payload: string, { retain }: { retain: boolean }): Promise<boolean> {
    const client = this.#client;
    if (client === null) return false;
    const isTaken = await client.publish({ topic, payload, retain });
    await passed(this.#gate);
    return this.#isGone ? new Promise(() => undefined) : isTaken;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    const client = this.#client;
    this.#client = null;
    this.#over.abort();
    await client?.publish(this.#presence(false));
    client?.leave();
  }

  /** The agent's process is gone, and said nothing: the broker finds out. */
  drop(): void {
    this.#isGone = true;
    this.#closing.abort();
    const client = this.#client;
    this.#client = null;
    this.#over.abort();
    client?.end('closed');
  }

  async #connect(): Promise<void> {
    const { broker, clock, device, groups, topicPrefix, alsoHears = [] } = this.#options;
    const { signal } = this.#closing;
    await clock.sleep(broker.travelMs(), signal);
    if (signal.aborted) return;
    if (!broker.isUp) return this.#fail(AWAY);
    const client = broker.connect({
      clientId: clientIdOf(device),
      will: this.#presence(false),
      gate: this.#gate,
      onMessage: (message, isRetained) => this.#receive(message, isRetained),
      onEnd: (code) => this.#end(client, ENDS[code]),
    });
    this.#client = client;
    const subscriptions = this.#subscribe(client, [
      ...subscriptionFilters(topicPrefix, device, groups),
      ...alsoHears,
    ]);
    await subscriptions.open();
    if (this.#client !== client) return;
    this.#upSinceMs = clock.monotonicMs();
    const denied = subscriptions.refused();
    this.#tell({ isConnected: true, protocol: '5', since: this.#now(), trouble: null, denied });
    void client.publish(this.#presence(true));
    this.#options.handlers.onConnected();
    await subscriptions.keep();
  }

  #subscribe(client: Client, filters: readonly string[]): Subscriptions {
    const { broker, clock, idleClock = clock } = this.#options;
    this.#over = new AbortController();
    this.#subscriptions = new Subscriptions({
      ...{ filters, clock: idleClock, random: broker.random, logger: silent, tasks: loudTasks },
      signal: this.#over.signal,
      subscribe: async (filter) => {
        await clock.sleep(broker.travelMs(), this.#over.signal);
        return client.subscribe(filter);
      },
    });
    return this.#subscriptions;
  }

  #receive(message: Message, isRetained: boolean): boolean {
    const client = this.#client;
    const { topic, payload } = message;
    this.#subscriptions?.noteMessage();
    try {
      this.#options.handlers.onMessage({ topic, payload: Buffer.from(payload), isRetained });
      this.#options.broker.onAcknowledged?.(message);
      return true;
    } catch {
      this.#options.broker.clock.schedule(REDELIVERY_MS, () => client?.end('closed'));
      return false;
    }
  }

  #end(client: Client, trouble: Trouble): void {
    if (this.#client !== client || this.#closing.signal.aborted) return;
    this.#client = null;
    this.#over.abort();
    this.#options.handlers.onDisconnected(describeTrouble(trouble, AGENT_TERMS));
    this.#fail(trouble);
  }

  #fail(trouble: Trouble): void {
    const { clock, broker } = this.#options;
    const upForMs = this.#upSinceMs === null ? null : clock.monotonicMs() - this.#upSinceMs;
    this.#upSinceMs = null;
    const verdict = upForMs === null ? 'unknown' : 'worked';
    const ending: Ending = { trouble, verdict, upForMs };
    const decision = decideRetry(this.#retry, ending, broker.random);
    this.#retry = decision.retry;
    const told = decision.trouble === null ? null : describeTrouble(decision.trouble, AGENT_TERMS);
    const before = this.#status;
    // As the real line has it: a try that fails as the one before did is no change.
    const isNews = before.isConnected || before.trouble?.code !== told?.code;
    const since = isNews ? this.#now() : before.since;
    this.#tell({ isConnected: false, protocol: null, since, denied: [], trouble: told });
    void clock.sleep(decision.delayMs, this.#closing.signal).then(() => this.#connect());
  }

  #tell(status: LineStatus): void {
    this.#status = status;
    this.#options.onStatus?.(status);
  }

  #presence(online: boolean): Outgoing {
    const { device, topicPrefix, bootId } = this.#options;
    const topic = formatTopic(topicPrefix, { kind: 'presence', device });
    return presenceMessage(topic, { online, since: this.#now(), boot_id: bootId });
  }

  #now(): string {
    return this.#options.clock.wallTime().toISOString();
  }
}
