// One try to connect: dialled and greeted, in MQTT 5 or else in 3.1.1.
// Tested in test/fleet/ctl/broker/connect.test.ts.
import { randomUUID } from 'node:crypto';
import { Tasks } from '../../../lib/failures/tasks.ts';
import { beginConnection } from '../../../lib/mqtt/begin.ts';
import type { Connection } from '../../../lib/mqtt/connection.ts';
import { dial } from '../../../lib/mqtt/dial.ts';
import { type Ending, neverUp } from '../../../lib/mqtt/ending.ts';
import type { IncomingMessage } from '../../../lib/mqtt/message.ts';
import { chooseVersion, FIRST_CHOICE, type ProtocolVersion } from '../../../lib/mqtt/protocol-version.ts';
import type { Session } from '../../../lib/mqtt/session.ts';
import type { Logger } from '../../../lib/program/logger.ts';
import type { Clock } from '../../../lib/time/clock.ts';
import type { Destination } from './broker-url.ts';

export interface OpenOptions {
  readonly destination: Destination;
  /** PEM texts: of the authority to trust instead of the system's, and the client's own. */
  readonly tls: { readonly ca: string | null; readonly cert: string | null; readonly key: string | null };
  /** For the dialling, and again for the answer to the login. */
  readonly connectTimeoutMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onMessage: (message: IncomingMessage) => void;
  /** An error in our own code, which ends the connection. */
  readonly onFault: (error: unknown) => void;
}

export type Opened =
  | { readonly ok: true; readonly connection: Connection }
  | { readonly ok: false; readonly ending: Ending };

/** Resolves with a connection that is up, or with why there is none, also when `signal` aborts. */
export async function openConnection(options: OpenOptions): Promise<Opened> {
  const opened = await openIn(FIRST_CHOICE.version, options);
  if (opened.ok || options.signal.aborted) return opened;
  const { choice, isAtOnce } = chooseVersion(FIRST_CHOICE, opened.ending.verdict);
  return isAtOnce ? openIn(choice.version, options) : opened;
}

async function openIn(version: ProtocolVersion, options: OpenOptions): Promise<Opened> {
  const { destination, tls, connectTimeoutMs, signal, ...rest } = options;
  const { promise: isUp, resolve } = Promise.withResolvers<null>();
  const begun = await beginConnection({
    ...{ ...rest, version, signal, dial, timeoutMs: connectTimeoutMs, answerTimeoutMs: connectTimeoutMs },
    ...{ address: destination.address, tls, session: newSession(destination) },
    ...{ random: Math.random, logger: SILENT },
    onUp: () => resolve(null),
    onDenied: () => undefined,
  });
  if (!begun.ok) return { ok: false, ending: neverUp(begun.trouble) };
  const { connection } = begun;
  const tasks = new Tasks(options.onFault);
  const onAbort = (): void => tasks.run(connection.leave(null));
  signal.addEventListener('abort', onAbort, { once: true });
  const ending = await Promise.race([isUp, connection.ended]);
  signal.removeEventListener('abort', onAbort);
  return ending === null ? { ok: true, connection } : { ok: false, ending };
}

const KEEPALIVE_S = 30;

/** A command subscribes when it knows to what, and nothing of it outlives it. */
function newSession({ login }: Destination): Session {
  return {
    ...login,
    clientId: `holdfastctl-${randomUUID().slice(0, 8)}`,
    ...{ will: null, filters: [], keepaliveS: KEEPALIVE_S, kept: null },
  };
}

/** What a command has to tell, it tells itself, by the answers that it gets. */
const SILENT: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
