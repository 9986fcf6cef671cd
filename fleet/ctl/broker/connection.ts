// One connection to a broker, and the only importer of mqtt on the manager's side. It never reconnects: a command
// that lost its broker says so and ends.
import { randomUUID } from 'node:crypto';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { describeSystemError } from '../../../lib/failures/system-error.ts';
import { CommandFailure } from '../../../lib/program/command-failure.ts';
import { EXIT } from '../../../lib/program/exit-codes.ts';
import type { Pause } from '../host.ts';
import { type BrokerAddress, formatAddress } from './broker-url.ts';
import { ClosedBeforeAnswer, explainRefusal, isVersionRefusal, mayConnectLater } from './refusals.ts';
import { inThreeTries } from './tries.ts';

/** A broker that no longer answers must not keep the command from ending. */
const CLOSE_TIMEOUT_MS = 1000;

export interface ConnectOptions {
  readonly address: BrokerAddress;
  /** PEM text of the authority to trust instead of the system's. */
  readonly ca?: string | undefined;
  readonly connectTimeoutMs: number;
  /** How long the broker may take to answer one packet. */
  readonly answerTimeoutMs: number;
  readonly signal: AbortSignal;
  readonly pause: Pause;
}

export interface Message {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** Sent because it was retained when we subscribed; false for what is published now. */
  readonly isRetained: boolean;
}
export type MessageListener = (message: Message) => void;

/** What commands use of a broker. */
export interface Broker {
  /** Where it is, for messages. */
  readonly label: string;
  /** Aborted, with the failure as its reason, when the connection is lost or the command interrupted. */
  readonly signal: AbortSignal;
  onMessage(listener: MessageListener): () => void;
  /** Waits; rejects when `signal` aborts meanwhile. */
  pause(ms: number): Promise<void>;
  /** Resolves at the broker's SUBACKs; all that is retained comes again, also of a filter that was subscribed before. */
  subscribe(filters: readonly string[]): Promise<void>;
  unsubscribe(filters: readonly string[]): Promise<void>;
  /** Resolves at the broker's PUBACK. */
  publishRetained(topic: string, payload: string): Promise<void>;
  /** Also more than once. */
  close(): Promise<void>;
}

/** Throws when three tries have failed, or at once where another could not end otherwise. */
export async function connectBroker(options: ConnectOptions): Promise<Broker> {
  const { pause, signal } = options;
  try {
    return await inThreeTries(() => connectOnce(options), { pause, signal, isWorthAnother: mayConnectLater });
  } catch (error) {
    throw unreachable(options, error);
  }
}

/** MQTT 5 first; 3.1.1 when the broker does not speak it. */
async function connectOnce(options: ConnectOptions): Promise<Broker> {
  try {
    return await openConnection(options, 5);
  } catch (error) {
    if (!isVersionRefusal(error)) throw error;
  }
  return openConnection(options, 4);
}

async function openConnection(options: ConnectOptions, protocolVersion: 4 | 5): Promise<Broker> {
  options.signal.throwIfAborted();
  const client = mqtt.connect(clientOptions(options, protocolVersion));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onAbort = () => reject(options.signal.reason);
  options.signal.addEventListener('abort', onAbort, { once: true });
  client.once('connect', () => resolve());
  client.once('error', reject);
  client.once('close', () => reject(new ClosedBeforeAnswer('it closed the connection')));
  try {
    await promise;
    return new MqttBroker(client, options);
  } catch (error) {
    client.end(true);
    throw error;
  } finally {
    options.signal.removeEventListener('abort', onAbort);
    client.off('error', reject);
  }
}

function clientOptions(options: ConnectOptions, protocolVersion: 4 | 5): IClientOptions {
  const { address, ca } = options;
  return {
    protocol: address.isTls ? 'mqtts' : 'mqtt',
    host: address.host,
    port: address.port,
    protocolVersion,
    clientId: `holdfastctl-${randomUUID().slice(0, 8)}`,
    clean: true,
    reconnectPeriod: 0,
    connectTimeout: options.connectTimeoutMs,
    keepalive: 30,
    writeCache: false,
    // A worker thread for timers is of no use to a command.
    timerVariant: 'native',
    ...(address.username === undefined ? {} : { username: address.username }),
    ...(address.password === undefined ? {} : { password: address.password }),
    ...(ca === undefined ? {} : { ca }),
  };
}

function unreachable({ address, signal }: ConnectOptions, error: unknown): unknown {
  if (signal.aborted) return signal.reason;
  const { code, reason, hint } = explainRefusal(error, address);
  const what = code === 'broker_refused_login' ? 'refuses the login' : 'cannot be reached';
  return new CommandFailure({
    code,
    exitCode: EXIT.unreachable,
    message: `the broker at ${formatAddress(address)} ${what}: ${reason}`,
    hint,
    cause: error,
  });
}

const HINTS: Readonly<Record<string, string>> = {
  broker_refused: "look at the broker's access list for this user, or the broker is short of a node",
  broker_lost: 'try again; the broker may be restarting, or short of a node',
};

class MqttBroker implements Broker {
  readonly label: string;
  readonly signal: AbortSignal;
  private readonly client: MqttClient;
  private readonly answerTimeoutMs: number;
  private readonly wait: Pause;
  private closing: Promise<void> | undefined;

  constructor(client: MqttClient, options: ConnectOptions) {
    this.client = client;
    this.answerTimeoutMs = options.answerTimeoutMs;
    this.wait = options.pause;
    this.label = formatAddress(options.address);
    const lost = new AbortController();
    const onEnd = (error?: unknown) => lost.abort(this.failure('broker_lost', 'was lost', error));
    client.on('close', () => onEnd());
    client.on('error', onEnd);
    this.signal = AbortSignal.any([options.signal, lost.signal]);
  }

  onMessage(listener: MessageListener): () => void {
    const onPacket = (topic: string, payload: Uint8Array, { retain }: { retain: boolean }) =>
      listener({ topic, payload, isRetained: retain });
    this.client.on('message', onPacket);
    return () => this.client.off('message', onPacket);
  }

  async pause(ms: number): Promise<void> {
    await this.wait(ms, this.signal);
    this.signal.throwIfAborted();
  }

  async subscribe(filters: readonly string[]): Promise<void> {
    const { wait: pause, signal } = this;
    const isWorthAnother = (error: unknown): boolean =>
      error instanceof CommandFailure && error.code === 'broker_refused';
    const subscribeOne = (filter: string): Promise<unknown> =>
      this.answered(
        this.client.subscribeAsync(filter, { qos: 1 }),
        `refused three times to subscribe to ${filter}`,
      );
    const options = { pause, signal, isWorthAnother };
    await Promise.all(filters.map((filter) => inThreeTries(() => subscribeOne(filter), options)));
  }

  async unsubscribe(filters: readonly string[]): Promise<void> {
    await this.answered(this.client.unsubscribeAsync([...filters]), 'refused to unsubscribe');
  }

  async publishRetained(topic: string, payload: string): Promise<void> {
    await this.answered(
      this.client.publishAsync(topic, payload, { qos: 1, retain: true }),
      `refused the document on ${topic}`,
    );
  }

  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    // A polite end waits for answers that are still owed, and mqtt ignores a second, forced one: so choose here.
    const isForced = !this.client.connected || Object.keys(this.client.outgoing).length > 0;
    const destroy = setTimeout(() => this.client.stream.destroy(), CLOSE_TIMEOUT_MS);
    await this.client.endAsync(isForced).finally(() => clearTimeout(destroy));
  }

  /** Waits for the broker's answer, but not past a lost connection, an interrupt or the time limit. */
  private async answered<T>(answer: Promise<T>, refusal: string): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>();
    const onAbort = () => reject(this.signal.reason);
    const timer = setTimeout(
      () => reject(this.failure('broker_silent', `did not answer in ${this.answerTimeoutMs / 1000} s`)),
      this.answerTimeoutMs,
    );
    this.signal.addEventListener('abort', onAbort, { once: true });
    if (this.signal.aborted) onAbort();
    const refused = answer.catch((error: unknown) => {
      throw this.signal.aborted ? this.signal.reason : this.failure('broker_refused', refusal, error);
    });
    try {
      return await Promise.race([refused, promise]);
    } finally {
      clearTimeout(timer);
      this.signal.removeEventListener('abort', onAbort);
      refused.catch(() => undefined);
    }
  }

  private failure(code: string, what: string, cause?: unknown): CommandFailure {
    const why = cause === undefined ? '' : `: ${describeSystemError(cause)}`;
    const message = code === 'broker_lost' ? 'the connection to the broker' : 'the broker';
    return new CommandFailure({
      code,
      exitCode: EXIT.unreachable,
      message: `${message} at ${this.label} ${what}${why}`,
      hint: HINTS[code],
      cause,
    });
  }
}
