// Home Assistant's door: a device and an update entity per deployment by MQTT discovery, and what its button asks.
// Each message is retained, told anew at each connect and else where it has changed. Switched off, the agent takes away what
// it told before, and does nothing more.
import { Tasks } from '../../../lib/failures/tasks.ts';
import type { IncomingMessage } from '../../../lib/mqtt/message.ts';
import type { Logger } from '../../../lib/program/logger.ts';
import type { Clock } from '../../../lib/time/clock.ts';
import { Waker } from '../../../lib/time/waker.ts';
import { formatTopic } from '../../../protocol/topics.ts';
import { INSTALL, messagesOf } from '../../home-assistant/messages.ts';
import { deploymentOf, type Place } from '../../home-assistant/topics.ts';
import { type AgentState, inOrder } from '../../notices/agent-state.ts';
import type { Offers } from '../../operations/offer.ts';
import type { RetainedNotes } from '../../ports/store.ts';
import { operationOf } from './operation-of.ts';
import { RetainedTopics } from './retained-topics.ts';

/** Something else wakes it, as a rule. */
const IDLE_MS = 60 * 60_000;
/** A topic that the broker denies is held back for as long at least. */
const AGAIN_MS = 60_000;

export interface HomeAssistantOptions {
  /** `null`: Home Assistant is told nothing. */
  readonly place: Place | null;
  readonly device: string;
  readonly topicPrefix: string;
  readonly agentVersion: string;
  readonly state: Pick<AgentState, 'line' | 'statuses'>;
  readonly store: RetainedNotes;
  readonly offers: Pick<Offers, 'switch' | 'retry'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onFatal: (error: unknown) => void;
}

export class HomeAssistant {
  readonly #options: HomeAssistantOptions;
  readonly #retained: RetainedTopics;
  readonly #waker: Waker;
  readonly #tasks: Tasks;
  readonly #ending = new AbortController();
  /** What the broker took on this connection, by topic; an empty text: that there is nothing. */
  readonly #taken = new Map<string, string>();

  constructor(options: HomeAssistantOptions) {
    const { clock, state, store, onFatal } = options;
    this.#options = options;
    this.#retained = new RetainedTopics(store);
    this.#waker = new Waker(clock);
    this.#tasks = new Tasks(onFatal);
    if (this.#isOver()) return;
    state.statuses.watch(() => this.#waker.wake());
    state.line.watch((line) => {
      if (line === null) return;
      this.#taken.clear();
      this.#waker.wake();
    });
  }

  /** Nothing to tell, and nothing to take away. */
  #isOver(): boolean {
    return this.#options.place === null && this.#retained.noted.size === 0;
  }

  /** Tells until `signal` aborts. Rejects with what only a broken store throws. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.#isOver()) await this.#waker.wait(await this.#turn(), signal);
    this.#ending.abort();
  }

  /** Answers with how long the next turn may wait. */
  async #turn(): Promise<number> {
    if (this.#options.state.line.value === null) return IDLE_MS;
    const wanted = this.#messages();
    const topics = new Set(wanted.keys());
    const gone = this.#retained.besides(topics);
    if (!this.#retained.note(new Set([...topics, ...gone]))) return AGAIN_MS;
    let isAllTold = true;
    // Each though another failed: one that the broker forbids holds up no other.
    for (const [topic, payload] of [...wanted, ...gone.map((topic) => [topic, ''] as const)])
      isAllTold = (await this.#tell(topic, payload)) && isAllTold;
    if (!isAllTold || !this.#retained.note(topics)) return AGAIN_MS;
    for (const topic of gone) this.#taken.delete(topic);
    // What went is named in the configuration until it is gone.
    return gone.length === 0 ? IDLE_MS : 0;
  }

  #messages(): ReadonlyMap<string, string> {
    const { place, device, topicPrefix, agentVersion, state } = this.#options;
    if (place === null) return new Map();
    const statuses = inOrder(state.statuses.value);
    const facts = {
      ...{ ...place, agentVersion, statuses },
      presenceTopic: formatTopic(topicPrefix, { kind: 'presence', device }),
    };
    const topics = new Set(messagesOf({ ...facts, gone: [] }).keys());
    const gone = this.#retained.besides(topics).flatMap((topic) => deploymentOf(place, topic, 'state') ?? []);
    return messagesOf({ ...facts, gone });
  }

  async #tell(topic: string, payload: string): Promise<boolean> {
    if (this.#taken.get(topic) === payload) return true;
    const line = this.#options.state.line.value;
    if (line === null || !(await line.publish(topic, payload, { retain: true }))) return false;
    // Of a connection that came meanwhile nothing is known yet.
    if (this.#options.state.line.value === line) this.#taken.set(topic, payload);
    return true;
  }

  /** Takes what its button sends; `false` where a message is no such thing. */
  receive({ topic, payload, isRetained }: IncomingMessage): boolean {
    const { place, logger } = this.#options;
    const deployment = place === null ? null : deploymentOf(place, topic, 'install');
    if (deployment === null) return false;
    // A retained one would be carried out at each connect.
    if (isRetained || Buffer.from(payload).toString() !== INSTALL)
      logger.warn({ deployment }, 'a message of Home Assistant is not carried out');
    else this.#tasks.run(this.#install(deployment));
    return true;
  }

  async #install(deployment: string): Promise<void> {
    const { state, offers, logger } = this.#options;
    const name = operationOf(state.statuses.value.get(deployment));
    if (name === null)
      return logger.info({ deployment }, 'Home Assistant asked for what is done or under way');
    const { kind } = await offers[name].ask({ deployment }, this.#ending.signal);
    logger.info({ deployment, operation: name, outcome: kind }, 'Home Assistant asked for an update');
  }
}
