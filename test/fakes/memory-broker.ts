// A broker in memory: retained messages, QoS 1, sessions, wills, and all the ways in which a line ends.
import type { Random } from '../../lib/time/clock.ts';
import { type Gate, OPEN_GATE } from './one-life.ts';
import { between } from './random.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface Message {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
}

/** Something published, as the broker took it. */
export interface Taken extends Message {
  readonly from: string;
  readonly atMs: number;
}

export interface ClientHandlers {
  /** Acknowledged when it returns `true`; else the session keeps it. */
  onMessage(message: Message, isRetained: boolean): boolean;
  /** The connection ended, by the broker's or the line's doing. */
  onEnd(why: 'closed' | 'session_taken'): void;
}

export interface ClientOptions extends ClientHandlers {
  readonly clientId: string;
  readonly will: Message | null;
  /** Of the client's process. */
  readonly gate?: Gate;
}

interface Session {
  readonly filters: Set<string>;
  /** Sent and not acknowledged, or not sent yet. */
  readonly queue: Message[];
}

const TRAVEL_MS = [5, 40] as const;
/** What Mosquitto queues for one client at most, by default. */
const MAX_QUEUED = 1000;
/** Within this time a client subscribes anew that does so now and then. */
const READ_AGAIN_MS = 2 * 3_600_000;
const MAX_TAKEN = 20_000;

export const NO_TROUBLE = { duplicated: 0, reordered: 0, lostAnswers: 0, refused: 0, dropped: 0 };

export class MemoryBroker {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly retained = new Map<string, string>();
  /** What was published, oldest first; the newest some thousands. */
  readonly taken: Taken[] = [];
  /**
   * Shares from 0 to 1: messages that arrive twice, that overtake others, publishes whose answer is lost with the
   * connection, subscriptions that are refused, and messages that are dropped as the client is slow.
   */
  readonly trouble = { ...NO_TROUBLE };
  /** For clients: when something of each filter was dropped, or it was refused, where it was not subscribed to since. */
  readonly owed = new Map<string, number>();
  isUp = true;
  /** When it came up, or any of its troubles may have struck, last. */
  troubledMs = Number.NEGATIVE_INFINITY;
  /** Topics that its rules keep from devices: a publish is answered as not authorized. */
  denies: (topic: string) => boolean = () => false;
  /** Called with everything published, as it is taken. */
  onTaken: ((message: Taken) => void) | null = null;
  /** Called when the device has acknowledged a message that was sent to it. */
  onAcknowledged: ((message: Message) => void) | null = null;
  readonly #sessions = new Map<string, Session>();
  readonly #clients = new Map<string, Client>();

  constructor(options: { clock: VirtualClock; random: Random }) {
    this.clock = options.clock;
    this.random = options.random;
  }

  travelMs(): number {
    return between(this.random, ...TRAVEL_MS);
  }

  /** What anybody but a device publishes, such as a manager: taken at once. */
  publish(topic: string, payload: string, { retain = false }: { retain?: boolean } = {}): void {
    this.take('manager', { topic, payload, retain });
  }

  /** Payloads published to a topic, oldest first, also those that it retains no more. */
  payloadsOf(topic: string): string[] {
    return this.taken.filter((message) => message.topic === topic).map((message) => message.payload);
  }

  connect(options: ClientOptions): Client {
    this.#clients.get(options.clientId)?.end('session_taken');
    const client = new Client(this, options, this.#sessionOf(options.clientId));
    this.#clients.set(options.clientId, client);
    client.resume();
    return client;
  }

  /** Ends the connections of one client, or of all; wills are published. */
  disconnect(clientId?: string): void {
    for (const [id, client] of [...this.#clients])
      if (clientId === undefined || id === clientId) client.end('closed');
  }

  /** The broker ends. Without persistence it forgets sessions and what it retained. */
  goDown({ isForgetful = false }: { isForgetful?: boolean } = {}): void {
    this.disconnect();
    this.isUp = false;
    if (!isForgetful) return;
    this.retained.clear();
    this.#sessions.clear();
  }

  comeUp(): void {
    this.isUp = true;
    this.troubledMs = this.clock.monotonicMs();
  }

  /** For clients: a message has arrived at the broker. */
  take(from: string, message: Message): void {
    const taken = { ...message, from, atMs: this.clock.monotonicMs() };
    this.taken.push(taken);
    if (this.taken.length > MAX_TAKEN) this.taken.shift();
    if (message.retain && message.payload === '') this.retained.delete(message.topic);
    else if (message.retain) this.retained.set(message.topic, message.payload);
    for (const [id, session] of this.#sessions) {
      if (![...session.filters].some((filter) => matches(filter, message.topic))) continue;
      if (this.isStruck('dropped')) this.#noteDropped(session, message.topic);
      else if (session.queue.length < MAX_QUEUED) session.queue.push(message);
      this.#clients.get(id)?.pump();
    }
    this.onTaken?.(taken);
  }

  get isTroubled(): boolean {
    return Object.values(this.trouble).some((share) => share > 0);
  }

  /** Whether somebody would hear more if it subscribed anew, and has not had the time to. */
  get isOwing(): boolean {
    const soonMs = this.clock.monotonicMs() - READ_AGAIN_MS;
    return [...this.owed.values()].some((atMs) => atMs > soonMs);
  }

  noteOwed(filter: string): void {
    this.owed.set(filter, this.clock.monotonicMs());
  }

  #noteDropped({ filters }: Session, topic: string): void {
    for (const filter of filters) if (matches(filter, topic)) this.noteOwed(filter);
  }

  /** For clients: whether this trouble comes now. */
  isStruck(trouble: keyof MemoryBroker['trouble']): boolean {
    const share = this.trouble[trouble];
    if (share > 0) this.troubledMs = this.clock.monotonicMs();
    return share > 0 && this.random() < share;
  }

  /** For clients: the connection is over. */
  forget(client: Client): void {
    if (this.#clients.get(client.clientId) === client) this.#clients.delete(client.clientId);
  }

  #sessionOf(clientId: string): Session {
    const session = this.#sessions.get(clientId) ?? { filters: new Set(), queue: [] };
    this.#sessions.set(clientId, session);
    return session;
  }
}

/** One connection. */
export class Client {
  readonly clientId: string;
  readonly #broker: MemoryBroker;
  readonly #options: ClientOptions;
  readonly #gate: Gate;
  readonly #session: Session;
  readonly #inFlight = new Set<Message>();
  readonly #way: { readonly in: Way; readonly out: Way };
  #isOver = false;

  constructor(broker: MemoryBroker, options: ClientOptions, session: Session) {
    this.clientId = options.clientId;
    this.#broker = broker;
    this.#options = options;
    this.#gate = options.gate ?? OPEN_GATE;
    this.#session = session;
    this.#way = { in: new Way(broker), out: new Way(broker) };
  }

  /** Sends again what the session holds. */
  resume(): void {
    this.pump();
  }

  /** Whether it is granted. Retained messages come with every subscription, also one that stood already. */
  subscribe(filter: string): boolean {
    if (this.#isOver) return false;
    const { retained, owed } = this.#broker;
    owed.delete(filter);
    if (this.#broker.isStruck('refused')) {
      this.#broker.noteOwed(filter);
      return false;
    }
    this.#session.filters.add(filter);
    for (const [topic, payload] of retained) {
      if (!matches(filter, topic)) continue;
      if (this.#broker.isStruck('dropped')) this.#broker.noteOwed(filter);
      else this.#send({ topic, payload, retain: true }, true);
    }
    return true;
  }

  /** Whether the broker acknowledged it; never answers when the client is gone. */
  async publish(message: Message): Promise<boolean> {
    const { clock } = this.#broker;
    await clock.sleep(this.#way.in.travelMs(), NEVER);
    if (this.#isOver || this.#broker.denies(message.topic)) return false;
    this.#broker.take(this.clientId, message);
    if (this.#broker.isStruck('lostAnswers')) this.end('closed');
    await clock.sleep(this.#way.out.travelMs(), NEVER);
    return !this.#isOver;
  }

  /** Sends what waits in the session, in order. */
  pump(): void {
    for (const message of this.#session.queue) if (!this.#inFlight.has(message)) this.#send(message, false);
  }

  /** The connection ends with no DISCONNECT: the will is published, unless the session goes on in another. */
  end(why: 'closed' | 'session_taken'): void {
    if (this.#isOver) return;
    this.leave();
    const { will } = this.#options;
    if (will !== null && why === 'closed') this.#broker.take(this.clientId, will);
    this.#gate.admit(() => this.#options.onEnd(why));
  }

  /** The connection ends in peace: no will. */
  leave(): void {
    this.#isOver = true;
    this.#broker.forget(this);
  }

  #send(message: Message, isRetained: boolean): void {
    const { clock } = this.#broker;
    this.#inFlight.add(message);
    const travels = this.#broker.isStruck('duplicated') ? 2 : 1;
    for (let copy = 0; copy < travels; copy += 1)
      clock.schedule(this.#way.out.travelMs(), () =>
        this.#gate.admit(() => this.#deliver(message, isRetained)),
      );
  }

  #deliver(message: Message, isRetained: boolean): void {
    if (this.#isOver || !this.#options.onMessage(message, isRetained)) return;
    const at = this.#session.queue.indexOf(message);
    if (at >= 0) this.#session.queue.splice(at, 1);
    this.#inFlight.delete(message);
  }
}

/** One direction of a connection: nothing on it overtakes what was sent before, unless it is told to. */
class Way {
  readonly #broker: MemoryBroker;
  #lastMs = 0;

  constructor(broker: MemoryBroker) {
    this.#broker = broker;
  }

  /** How long what is sent now takes to arrive. */
  travelMs(): number {
    const { clock } = this.#broker;
    const arrivalMs = clock.monotonicMs() + this.#broker.travelMs();
    if (this.#broker.isStruck('reordered')) return arrivalMs - clock.monotonicMs();
    this.#lastMs = Math.max(this.#lastMs, arrivalMs);
    return this.#lastMs - clock.monotonicMs();
  }
}

const NEVER = new AbortController().signal;

/** Whether a topic fits a filter with `+` and `#`. */
function matches(filter: string, topic: string): boolean {
  const [filterParts, topicParts] = [filter.split('/'), topic.split('/')];
  const at = filterParts.indexOf('#');
  const compared = at < 0 ? filterParts : filterParts.slice(0, at);
  if (at < 0 ? topicParts.length !== filterParts.length : topicParts.length < at) return false;
  return compared.every((part, index) => part === '+' || part === topicParts[index]);
}
