// A connection for a command, or the failure that says why there is none.
import { formatAddress } from '../../../lib/mqtt/broker-address.ts';
import type { Trouble } from '../../../lib/mqtt/trouble.ts';
import { CommandFailure } from '../../../lib/program/command-failure.ts';
import { EXIT } from '../../../lib/program/exit-codes.ts';
import type { Pause } from '../context/context.ts';
import type { Broker, MessageListener } from './broker.ts';
import type { Destination } from './broker-url.ts';
import { ConnectedBroker } from './connected-broker.ts';
import { type Opened, type OpenOptions, openConnection } from './open-connection.ts';
import { explainRefusal, mayConnectLater } from './refusals.ts';
import { inThreeTries } from './tries.ts';

export interface ConnectOptions extends Omit<OpenOptions, 'onMessage' | 'onFault'> {
  /** How long the broker may take to answer one packet. */
  readonly answerTimeoutMs: number;
  /** Between tries, and where a command waits. */
  readonly pause: Pause;
}

/** Throws when three tries have failed, or at once where another could not end otherwise. */
export async function connectBroker(options: ConnectOptions): Promise<Broker> {
  const { pause, signal, destination } = options;
  const listeners = new Set<MessageListener>();
  const broken = new AbortController();
  const openOptions = { ...options, ...handlersFor(listeners, broken) };
  const opened = await inThreeTries<Opened>(() => openConnection(openOptions), {
    ...{ pause, signal },
    isFinal: (one) => one.ok || !mayConnectLater(one.ending.trouble),
  });
  if (!opened.ok) throw signal.aborted ? signal.reason : unreachable(opened.ending.trouble, destination);
  return new ConnectedBroker({
    ...{ ...options, listeners, connection: opened.connection, label: formatAddress(destination.address) },
    signal: AbortSignal.any([signal, broken.signal]),
  });
}

/** An error in our own code ends the command, and so does one in a listener. */
function handlersFor(
  listeners: ReadonlySet<MessageListener>,
  broken: AbortController,
): Pick<OpenOptions, 'onMessage' | 'onFault'> {
  const onFault = (error: unknown): void => broken.abort(error);
  return {
    onFault,
    onMessage: (message) => {
      try {
        for (const listener of listeners) listener(message);
      } catch (error) {
        onFault(error);
      }
    },
  };
}

function unreachable(trouble: Trouble, destination: Destination): CommandFailure {
  const { code, reason, hint } = explainRefusal(trouble, destination);
  const what = code === 'broker_refused_login' ? 'refuses the login' : 'cannot be reached';
  return new CommandFailure({
    code,
    exitCode: EXIT.unreachable,
    message: `the broker at ${formatAddress(destination.address)} ${what}: ${reason}`,
    hint,
    cause: trouble,
  });
}
