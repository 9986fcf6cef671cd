// The broker at the other end of a connection, for as long as a command lasts. It never reconnects: a command that lost
// its connection says so and ends.
import { describeSystemError } from '../../../lib/failures/system-error.ts';
import { Tasks } from '../../../lib/failures/tasks.ts';
import type { BrokerAnswer } from '../../../lib/mqtt/answer.ts';
import type { Connection } from '../../../lib/mqtt/connection.ts';
import type { Trouble } from '../../../lib/mqtt/trouble.ts';
import { CommandFailure } from '../../../lib/program/command-failure.ts';
import { EXIT } from '../../../lib/program/exit-codes.ts';
import type { Clock } from '../../../lib/time/clock.ts';
import type { Pause } from '../context/context.ts';
import type { Broker, MessageListener } from './broker.ts';
import { inThreeTries } from './tries.ts';

const HINTS: Readonly<Record<string, string>> = {
  broker_refused: "look at the broker's access list for this user, or the broker is short of a node",
  broker_lost: 'try again; the broker may be restarting, or short of a node',
};

export interface ConnectedBrokerOptions {
  readonly label: string;
  readonly connection: Connection;
  /** Get what comes in. */
  readonly listeners: Set<MessageListener>;
  /** How long the broker may take to answer one packet. */
  readonly answerTimeoutMs: number;
  readonly clock: Clock;
  readonly pause: Pause;
  /** Aborted by an interrupt, and by an error in our own code. */
  readonly signal: AbortSignal;
}

export class ConnectedBroker implements Broker {
  readonly label: string;
  readonly signal: AbortSignal;
  readonly #options: ConnectedBrokerOptions;
  #closing: Promise<void> | null = null;

  constructor(options: ConnectedBrokerOptions) {
    const { label, connection, signal } = options;
    this.#options = options;
    this.label = label;
    const lost = new AbortController();
    this.signal = AbortSignal.any([signal, lost.signal]);
    const onEnd = connection.ended.then(({ trouble }) => lost.abort(this.#lost(trouble)));
    new Tasks((error) => lost.abort(error)).run(onEnd);
  }

  onMessage(listener: MessageListener): () => void {
    const { listeners } = this.#options;
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  async pause(ms: number, until?: AbortSignal): Promise<void> {
    const signal = until === undefined ? this.signal : AbortSignal.any([this.signal, until]);
    await this.#options.pause(ms, signal);
    this.signal.throwIfAborted();
  }

  async subscribe(filters: readonly string[]): Promise<void> {
    await Promise.all(filters.map((filter) => this.#subscribe(filter)));
  }

  async #subscribe(filter: string): Promise<void> {
    const { connection, pause } = this.#options;
    const attempt = (): Promise<BrokerAnswer> => this.#answered(connection.subscribe(filter));
    const options = { pause, signal: this.signal, isFinal: ({ ok }: BrokerAnswer) => ok };
    this.#expectGranted(
      await inThreeTries(attempt, options),
      `refused three times to subscribe to ${filter}`,
    );
  }

  async unsubscribe(filters: readonly string[]): Promise<void> {
    const answer = await this.#answered(this.#options.connection.unsubscribe(filters));
    this.#expectGranted(answer, 'refused to unsubscribe');
  }

  async publish(topic: string, payload: string): Promise<void> {
    const answer = await this.#answered(this.#options.connection.publish({ topic, payload, retain: false }));
    this.#expectGranted(answer, `refused the message on ${topic}`);
  }

  async publishRetained(topic: string, payload: string): Promise<void> {
    const answer = await this.#answered(this.#options.connection.publish({ topic, payload, retain: true }));
    this.#expectGranted(answer, `refused the document on ${topic}`);
  }

  close(): Promise<void> {
    this.#closing ??= this.#options.connection.leave(null);
    return this.#closing;
  }

  /** Waits for the broker's answer, but not past a lost connection, an interrupt or the time limit, which throw. */
  async #answered(asked: Promise<BrokerAnswer>): Promise<BrokerAnswer> {
    const { clock, connection, answerTimeoutMs } = this.#options;
    const done = new AbortController();
    const late = clock
      .sleep(answerTimeoutMs, AbortSignal.any([done.signal, this.signal]))
      .then(() => 'late' as const);
    const first = await Promise.race([asked, late]);
    done.abort();
    // Unanswered: the connection ended, and in a moment the signal says why.
    if (first !== 'late' && !first.ok && first.error === null) await connection.ended;
    this.signal.throwIfAborted();
    if (first !== 'late') return first;
    throw this.#failure(
      'broker_silent',
      `the broker at ${this.label} did not answer in ${answerTimeoutMs / 1000} s`,
    );
  }

  #expectGranted(answer: BrokerAnswer, refusal: string): void {
    if (answer.ok) return;
    const { error } = answer;
    const why = error === null ? '' : `: ${describeSystemError(error)}`;
    throw this.#failure('broker_refused', `the broker at ${this.label} ${refusal}${why}`, error);
  }

  #lost(trouble: Trouble): CommandFailure {
    const why = whyLost(trouble);
    const message = `the connection to the broker at ${this.label} was lost${why === null ? '' : `: ${why}`}`;
    return this.#failure('broker_lost', message, trouble);
  }

  #failure(code: string, message: string, cause?: unknown): CommandFailure {
    return new CommandFailure({ code, exitCode: EXIT.unreachable, message, hint: HINTS[code], cause });
  }
}

/** `null` where nobody says. */
function whyLost(trouble: Trouble): string | null {
  switch (trouble.kind) {
    case 'socket':
    case 'broken':
      return describeSystemError(trouble.error);
    case 'unanswered':
      return 'no answer to a ping';
    default:
      return null;
  }
}
