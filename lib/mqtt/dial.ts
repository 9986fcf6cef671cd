// From a broker's address to a stream that MQTT can begin on: TCP, and TLS where asked.
import { readFileSync } from 'node:fs';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { describeSystemError } from '../failures/system-error.ts';
import { Tasks } from '../failures/tasks.ts';
import type { Clock } from '../time/clock.ts';
import { troubleOfSocket } from './socket-trouble.ts';
import type { BrokerTrouble } from './trouble.ts';

/** For the name look-up, TCP and TLS together. */
const DIAL_TIMEOUT_MS = 20_000;

type Dialed =
  | { readonly ok: true; readonly stream: Duplex }
  | { readonly ok: false; readonly trouble: BrokerTrouble };

/** Where a broker is, and how it and we show who we are. */
export interface BrokerEndpoint {
  readonly protocol: 'mqtt' | 'mqtts';
  readonly host: string;
  readonly port: number;
  /** Read at each connect, so that a rotated one is taken up. */
  readonly caFile: string | null;
  readonly certFile: string | null;
  readonly keyFile: string | null;
}

interface DialOptions {
  readonly clock: Clock;
  /** Ends the attempt; it then fails as `closed`. */
  readonly signal: AbortSignal;
}

/** Never rejects. */
export type Dial = (broker: BrokerEndpoint, options: DialOptions) => Promise<Dialed>;

export const dial: Dial = (broker, options) => {
  try {
    const socket = broker.protocol === 'mqtts' ? openTls(broker) : openTcp(broker);
    return reach(socket, isIP(broker.host) !== 0, options);
  } catch (error) {
    // A TLS file that cannot be read, or is no PEM: the socket was never made.
    const message = `the TLS files cannot be used: ${describeSystemError(error)}`;
    return Promise.resolve({ ok: false, trouble: { code: 'tls', message } });
  }
};

function openTcp({ host, port }: BrokerEndpoint): Socket {
  return connectTcp({ host, port, noDelay: true });
}

function openTls({ host, port, caFile, certFile, keyFile }: BrokerEndpoint): TLSSocket {
  const socket = connectTls({
    host,
    port,
    // An address cannot stand in the server name extension (RFC 6066, section 3).
    ...(isIP(host) === 0 && { servername: host }),
    ...(caFile !== null && { ca: readPem('broker.ca_file', caFile) }),
    ...(certFile !== null && { cert: readPem('broker.cert_file', certFile) }),
    ...(keyFile !== null && { key: readPem('broker.key_file', keyFile) }),
  });
  return socket.setNoDelay(true);
}

function readPem(key: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new Error(`${key} ${file}: ${describeSystemError(cause)}`, { cause });
  }
}

function reach(
  socket: Socket | TLSSocket,
  isAddress: boolean,
  { clock, signal }: DialOptions,
): Promise<Dialed> {
  const isTls = 'encrypted' in socket;
  const done = new AbortController();
  return new Promise((resolve) => {
    let isInHandshake = false;
    let isLookedUp = isAddress;
    const finish = (result: Dialed): void => {
      if (done.signal.aborted) return;
      done.abort();
      if (!result.ok) socket.destroy();
      resolve(result);
    };
    const fail = (trouble: BrokerTrouble): void => finish({ ok: false, trouble });
    const failWith = (error: Error): void =>
      fail(troubleOfSocket({ error, isInHandshake, now: clock.wallTime() }));
    // Stays for the socket's whole life: an error with no listener would end the process.
    socket.on('error', failWith);
    socket.once('close', () => failWith(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
    socket.once('lookup', () => {
      isLookedUp = true;
    });
    socket.once('connect', () => {
      isInHandshake = isTls;
    });
    socket.once(isTls ? 'secureConnect' : 'connect', () => finish({ ok: true, stream: socket }));
    signal.addEventListener('abort', () => fail({ code: 'closed', message: 'the agent is stopping' }), {
      signal: done.signal,
    });
    new Tasks((error) => failWith(error instanceof Error ? error : new Error(String(error)))).run(
      clock.sleep(DIAL_TIMEOUT_MS, done.signal).then(() => fail(timedOut(isInHandshake, isLookedUp))),
    );
  });
}

function timedOut(isInHandshake: boolean, isLookedUp: boolean): BrokerTrouble {
  const seconds = DIAL_TIMEOUT_MS / 1000;
  if (isInHandshake) {
    return {
      code: 'no_answer',
      message: `the broker accepts connections, but TLS was not agreed on in ${seconds} s`,
    };
  }
  const what = isLookedUp ? 'no answer' : 'no answer to the look-up of the host name; is there a DNS server?';
  return { code: 'unreachable', message: `cannot reach the broker: ${what} (${seconds} s)` };
}
