// One MQTT connection, from CONNECT on a stream that stands until it is over. It never comes back: the next
// one is another object.
//
// | phase       | left when                                                              |
// |-------------|------------------------------------------------------------------------|
// | greeting    | CONNACK → subscribing; refusal, close or a long silence → over         |
// | subscribing | every SUBACK, refusals included → up; close or a long silence → over   |
// | up          | leave() → leaving; close, DISCONNECT, stalled publishes → over         |
// | leaving     | offline presence acknowledged and DISCONNECT sent, or 2 s → over       |
// | over        | never                                                                  |
import type { Duplex } from 'node:stream';
import { type IPublishPacket, MqttClient, type Packet } from 'mqtt';
import { Tasks } from '../failures/tasks.ts';
import type { Logger } from '../program/logger.ts';
import type { Clock, Random } from '../time/clock.ts';
import { type BrokerAnswer, GRANTED, UNANSWERED } from './answer.ts';
import { limitOf } from './broker-limits.ts';
import { clientOptions } from './client-options.ts';
import { intervalTimer } from './clock-timer.ts';
import type { Ending } from './ending.ts';
import { LimitedStream } from './limited-stream.ts';
import type { IncomingMessage, Outgoing } from './message.ts';
import type { ProtocolVersion, VersionResult } from './protocol-version.ts';
import { PublishWindow, STALL_MS } from './publish-window.ts';
import { isVersionRefused } from './reasons.ts';
import { sendPublish } from './send-publish.ts';
import type { Session } from './session.ts';
import { Subscriptions } from './subscriptions.ts';
import { tlsProblemOf } from './tls-problem.ts';
import type { Question, Trouble } from './trouble.ts';

const OFFLINE_TIMEOUT_MS = 1000;
const DISCONNECT_TIMEOUT_MS = 500;
/** After a message that could not be taken; reconnecting is the only way to be sent it again. */
const REDELIVERY_MS = 60_000;
const IN_FLIGHT = 16;
export interface ConnectionOptions {
  readonly stream: Duplex;
  readonly version: ProtocolVersion;
  readonly session: Session;
  /** Of silence, after the login and after the first subscriptions. */
  readonly answerTimeoutMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Once every subscription was answered. */
  readonly onUp: (connection: Connection) => void;
  /** The message is acknowledged when this returns, and not when it throws. */
  readonly onMessage: (message: IncomingMessage) => void;
  /** The broker's rules forbid a publish. Only MQTT 5 has a word for it; with 3.1.1 it is acknowledged and lost. */
  readonly onDenied: (topic: string) => void;
  /** An error in our own code, which ends this connection. */
  readonly onFault: (error: unknown) => void;
}

type Phase = 'greeting' | 'subscribing' | 'up' | 'leaving' | 'over';

export class Connection {
  /** Never rejects. */
  readonly ended: Promise<Ending>;
  readonly #options: ConnectionOptions;
  readonly #stream: LimitedStream;
  readonly #client: MqttClient;
  readonly #window: PublishWindow<Outgoing>;
  readonly #subscriptions: Subscriptions;
  readonly #over = new AbortController();
  readonly #tasks = new Tasks((error) => this.#takeFault(error));
  #resolveEnded: (ending: Ending) => void = () => undefined;
  #phase: Phase = 'greeting';
  #upSinceMs: number | null = null;
  /** When the last byte came in. */
  #heardMs: number;
  #isRedeliveryDue = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    this.#window = new PublishWindow({
      limit: () => limitOf(this.#client, 'receiveMaximum', IN_FLIGHT),
      ...{ clock: options.clock, tasks: this.#tasks },
      send: (message, settle) => this.#send(message, settle),
      onStall: () => this.#endUnanswered('publish', STALL_MS),
    });
    const { clock, random, logger, session } = options;
    this.#subscriptions = new Subscriptions({
      ...{ clock, random, logger, tasks: this.#tasks, filters: session.filters, signal: this.#over.signal },
      subscribe: async (filter) => (await this.subscribe(filter)).ok,
    });
    this.#heardMs = options.clock.monotonicMs();
    options.stream.on('data', () => {
      this.#heardMs = options.clock.monotonicMs();
    });
    this.#stream = new LimitedStream(options.stream, options.version);
    this.#client = new MqttClient(
      () => this.#stream,
      clientOptions(session, options.version, intervalTimer(clock, this.#tasks)),
    );
    this.#listen();
    this.#tasks.run(this.#expectAnswer('greeting', 'login'));
  }

  /** Filters that the broker refuses now. */
  refusedFilters(): string[] {
    return this.#subscriptions.refused();
  }

  /** Granted on PUBACK only, at QoS 1. */
  publish(message: Outgoing): Promise<BrokerAnswer> {
    return this.#phase === 'up' ? this.#window.publish(message) : Promise.resolve(UNANSWERED);
  }

  /**
   * Asks once, at QoS 1; all that is retained comes again, also of a filter that was subscribed before. One filter at a
   * time, so that a refusal names it.
   */
  async subscribe(filter: string): Promise<BrokerAnswer> {
    const error = await new Promise<Error | null>((resolve) => {
      // Retain handling 0 sends what is retained at each SUBSCRIBE.
      this.#client.subscribe(filter, { qos: 1, rh: 0 }, (refusal) => resolve(refusal));
    });
    return this.#answerOf(error);
  }

  /** The broker takes packets in order: at the answer it has seen all that was sent before. */
  async unsubscribe(filters: readonly string[]): Promise<BrokerAnswer> {
    const error = await new Promise<Error | undefined>((resolve) => {
      this.#client.unsubscribe([...filters], (refusal) => resolve(refusal));
    });
    return this.#answerOf(error);
  }

  /** To be asked after the library's callback: it refuses what was asked just before it tells of the end. */
  #answerOf(error: Error | null | undefined): BrokerAnswer {
    if (!error) return GRANTED;
    return this.#phase === 'over' ? UNANSWERED : { ok: false, error };
  }

  /** Publishes the farewell, if there is one, disconnects and ends, within two seconds. */
  async leave(farewell: Outgoing | null): Promise<void> {
    if (this.#phase === 'up') {
      this.#phase = 'leaving';
      if (await this.#mayDisconnect(farewell)) await this.#within(DISCONNECT_TIMEOUT_MS, this.#disconnect());
    }
    this.#end({ kind: 'left' });
  }

  async #mayDisconnect(farewell: Outgoing | null): Promise<boolean> {
    // An orderly DISCONNECT waits for answers that are still owed.
    if (farewell === null) return Object.keys(this.#client.outgoing).length === 0;
    // It also keeps the last will back: without the farewell nobody would be told.
    return (await this.#within(OFFLINE_TIMEOUT_MS, this.#window.publishLast(farewell)))?.ok === true;
  }

  #disconnect(): Promise<void> {
    return new Promise((resolve) => {
      this.#client.end(() => resolve());
    });
  }

  #listen(): void {
    const client = this.#client;
    client.on('connect', () => this.#tasks.run(this.#subscribeAll()));
    client.on('error', (error) => this.#takeError(error));
    client.on('close', () => this.#endClosed({ kind: 'closed' }));
    client.on('disconnect', ({ reasonCode: reason = 0 }) => this.#end({ kind: 'disconnected', reason }));
    client.on('packetreceive', (packet) => this.#refuseQos2(packet));
    // The library sends PUBACK from this callback, and reads no further packet before it.
    client.handleMessage = (packet, done) => this.#deliver(packet, done);
    client.onKeepaliveTimeout = () => this.#missPing();
  }

  /** The answer to a ping stands in line behind the documents; on a slow link they are what shows that it lives. */
  #missPing(): void {
    // The library waits for half a keepalive.
    const waitsMs = (this.#options.session.keepaliveS * 1000) / 2;
    if (this.#silentForMs() < waitsMs) this.#client.sendPing();
    else this.#endUnanswered('ping', null);
  }

  #silentForMs(): number {
    return this.#options.clock.monotonicMs() - this.#heardMs;
  }

  #deliver(packet: IPublishPacket, acknowledge: (error?: Error) => void): void {
    if (this.#phase === 'over') return;
    this.#subscriptions.noteMessage();
    acknowledge(this.#hand(packet) ?? undefined);
  }

  /** What the handler threw, or `null`. */
  #hand({ topic, retain, payload }: IPublishPacket): Error | null {
    try {
      const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
      this.#options.onMessage({ topic, payload: bytes, isRetained: retain });
      return null;
    } catch (error) {
      this.#options.logger.error({ err: error, topic }, 'message not taken, and not acknowledged');
      this.#scheduleRedelivery();
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  #scheduleRedelivery(): void {
    if (this.#isRedeliveryDue) return;
    this.#isRedeliveryDue = true;
    const isDue = this.#options.clock.sleep(REDELIVERY_MS, this.#over.signal);
    this.#tasks.run(isDue.then(() => this.#end({ kind: 'redelivery' })));
  }

  async #subscribeAll(): Promise<void> {
    const { onUp, clock } = this.#options;
    // The library tells of a CONNACK also when what came right behind it has ended the connection.
    if (this.#phase !== 'greeting') return;
    this.#phase = 'subscribing';
    this.#tasks.run(this.#expectAnswer('subscribing', 'subscription'));
    await this.#subscriptions.open();
    // Also tells that the connection ended meanwhile.
    if (this.#phase !== 'subscribing') return;
    this.#phase = 'up';
    this.#upSinceMs = clock.monotonicMs();
    onUp(this);
    await this.#subscriptions.keep();
  }

  #send(message: Outgoing, settle: (answer: BrokerAnswer) => void): void {
    const { logger, onDenied } = this.#options;
    const options = { client: this.#client, logger, onDenied, isOver: () => this.#phase === 'over' };
    sendPublish(message, options, (error) => settle(this.#answerOf(error)));
  }

  /** Subscribed at QoS 1 nothing comes at 2, and a broker that sends it all the same fills a store without bound. */
  #refuseQos2(packet: Packet): void {
    if (packet.cmd === 'publish' && packet.qos === 2) this.#endClosed({ kind: 'unasked_qos2' });
  }

  #takeError(error: Error): void {
    const { version, clock } = this.#options;
    const code = 'code' in error ? error.code : undefined;
    if (this.#phase === 'greeting' && typeof code === 'number' && code < 256) {
      this.#end({ kind: 'refused', reason: code }, isVersionRefused(code, version) ? 'refused' : 'worked');
    } else if (tlsProblemOf(error) !== null) {
      this.#end({ kind: 'socket', error, isInHandshake: true, at: clock.wallTime() });
    } else {
      this.#endClosed({ kind: 'broken', error });
    }
  }

  /** From silence alone: retained documents come before the answers, and on a slow link take minutes. */
  async #expectAnswer(phase: Phase, question: Question): Promise<void> {
    const { signal } = this.#over;
    const { answerTimeoutMs } = this.#options;
    let leftMs = answerTimeoutMs;
    while (leftMs > 0 && !signal.aborted) {
      await this.#options.clock.sleep(leftMs, signal);
      if (this.#phase !== phase) return;
      leftMs = answerTimeoutMs - this.#silentForMs();
    }
    this.#endUnanswered(question, answerTimeoutMs);
  }

  /** The promise's result, or `null` when it takes too long or the connection ends first. */
  #within<T>(limitMs: number, promise: Promise<T>): Promise<T | null> {
    const timeout = this.#options.clock.sleep(limitMs, this.#over.signal).then(() => null);
    return Promise.race([promise, timeout]);
  }

  /** It ends this connection alone: the next one is another object. */
  #takeFault(error: unknown): void {
    this.#options.onFault(error);
    this.#end({ kind: 'fault_ended' });
  }

  #endUnanswered(question: Question, afterMs: number | null): void {
    this.#end({ kind: 'unanswered', question, afterMs });
  }

  #endClosed(trouble: Trouble): void {
    this.#end(trouble, this.#phase === 'greeting' ? 'silent' : 'worked');
  }

  #end(trouble: Trouble, verdict: VersionResult = this.#phase === 'greeting' ? 'unknown' : 'worked'): void {
    const upForMs = this.#upSinceMs === null ? null : this.#options.clock.monotonicMs() - this.#upSinceMs;
    this.#finish({ trouble, verdict, upForMs });
  }

  /** The first ending counts; what the dying socket still says does not. */
  #finish(ending: Ending): void {
    if (this.#phase === 'over') return;
    this.#phase = 'over';
    this.#over.abort();
    this.#window.close();
    this.#stream.destroy();
    this.#resolveEnded(ending);
  }
}
