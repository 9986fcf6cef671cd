// A connection that comes and goes: begun again after each end, until it is closed.
import type { Logger } from '../program/logger.ts';
import type { Clock, Random } from '../time/clock.ts';
import { beginConnection } from './begin.ts';
import type { BrokerAddress } from './broker-address.ts';
import type { Connection } from './connection.ts';
import type { Dial, TlsFiles } from './dial.ts';
import { type Ending, neverUp, suspectTls } from './ending.ts';
import type { IncomingMessage, Outgoing } from './message.ts';
import type { ProtocolVersion } from './protocol-version.ts';
import { decideRetry, firstRetry, type Retry } from './retry.ts';
import type { Session } from './session.ts';
import type { Trouble, TroubleOf } from './trouble.ts';

/** For the name look-up, TCP and TLS together. */
const DIAL_TIMEOUT_MS = 20_000;
/** Of silence, after the login and after the first subscriptions. */
const ANSWER_TIMEOUT_MS = 20_000;

export type Prepared =
  | { readonly ok: true; readonly session: Session; readonly tls: TlsFiles }
  | { readonly ok: false; readonly trouble: TroubleOf<'no_login'> | TroubleOf<'no_tls_files'> };

export interface KeptConnectionOptions {
  readonly address: BrokerAddress;
  /** Before each try, so that secrets that were replaced are taken up. */
  readonly prepare: () => Prepared;
  readonly dial: Dial;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** As `Retry.reconnectWithinMs`. */
  readonly reconnectWithinMs: number;
  /** Once every subscription was answered. */
  readonly onUp: (connection: Connection, version: ProtocolVersion) => void;
  /** After each connection and each failed try but those that another version follows at once. */
  readonly onDown: (trouble: Trouble, delayMs: number) => void;
  /** As `ConnectionOptions.onMessage`. */
  readonly onMessage: (message: IncomingMessage) => void;
  readonly onDenied: (topic: string) => void;
  /** An error in our own code. It is a failed try or a lost connection like any other, and the next try comes. */
  readonly onFault: (error: unknown) => void;
}

export class KeptConnection {
  readonly #options: KeptConnectionOptions;
  readonly #closing = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #retry: Retry;
  #connection: Connection | null = null;

  constructor(options: KeptConnectionOptions) {
    this.#options = options;
    this.#retry = firstRetry(options.reconnectWithinMs);
  }

  /** Begins to connect; call it once. */
  start(): void {
    this.#running = this.#run();
  }

  /** The connection at hand, up or on its way; `null` between two. */
  get connection(): Connection | null {
    return this.#connection;
  }

  get isClosing(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Leaves with the farewell, where it is connected, and stops connecting. */
  async close(farewell: Outgoing | null): Promise<void> {
    this.#closing.abort();
    await this.#connection?.leave(farewell);
    await this.#running;
  }

  async #run(): Promise<void> {
    const { random, clock, onDown } = this.#options;
    while (!this.#closing.signal.aborted) {
      const ending = await this.#connectOnce().catch((error: unknown) => this.#takeFault(error));
      this.#connection = null;
      const { retry, delayMs, trouble } = decideRetry(this.#retry, ending, random);
      this.#retry = retry;
      if (trouble !== null) onDown(trouble, delayMs);
      await clock.sleep(delayMs, this.#closing.signal);
    }
  }

  /** From dialling to the end of the connection, whichever comes of it. */
  async #connectOnce(): Promise<Ending> {
    const { prepare, onUp, address, ...rest } = this.#options;
    const prepared = prepare();
    if (!prepared.ok) return neverUp(prepared.trouble);
    const { session, tls } = prepared;
    const { version } = this.#retry.version;
    const begun = await beginConnection({
      ...{ ...rest, address, session, tls, version },
      ...{ timeoutMs: DIAL_TIMEOUT_MS, answerTimeoutMs: ANSWER_TIMEOUT_MS, signal: this.#closing.signal },
      onUp: (connection) => onUp(connection, version),
    });
    if (!begun.ok) return neverUp(begun.trouble);
    this.#connection = begun.connection;
    const ending = await begun.connection.ended;
    return address.protocol === 'mqtt' ? suspectTls(ending) : ending;
  }

  #takeFault(error: unknown): Ending {
    this.#options.onFault(error);
    return neverUp({ kind: 'fault' });
  }
}
