// From a broker's address to a stream that MQTT can begin on: TCP, and TLS where asked.
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { describeSystemError } from '../failures/system-error.ts';
import { Tasks } from '../failures/tasks.ts';
import type { Clock } from '../time/clock.ts';
import type { BrokerAddress } from './broker-address.ts';
import type { Trouble } from './trouble.ts';

/** By what the broker is known, and we to it; each PEM. */
export interface TlsFiles {
  /** The authorities to trust instead of the system's. */
  readonly ca: Buffer | string | null;
  readonly cert: Buffer | string | null;
  readonly key: Buffer | string | null;
}

type Dialed =
  | { readonly ok: true; readonly stream: Duplex }
  | { readonly ok: false; readonly trouble: Trouble };

export interface DialOptions {
  /** Used where the address asks for TLS. */
  readonly tls: TlsFiles;
  readonly clock: Clock;
  /** For the name look-up, TCP and TLS together. */
  readonly timeoutMs: number;
  /** Ends the attempt; it then fails as `stopping`. */
  readonly signal: AbortSignal;
}

/** Never rejects. */
export type Dial = (address: BrokerAddress, options: DialOptions) => Promise<Dialed>;

export const dial: Dial = (address, options) => {
  try {
    const socket = address.protocol === 'mqtts' ? openTls(address, options.tls) : openTcp(address);
    return reach(socket, isIP(address.host) !== 0, options);
  } catch (error) {
    // A file that is no PEM: the socket was never made.
    return Promise.resolve({
      ok: false,
      trouble: { kind: 'no_tls_files', message: describeSystemError(error) },
    });
  }
};

function openTcp({ host, port }: BrokerAddress): Socket {
  return connectTcp({ host, port, noDelay: true });
}

function openTls({ host, port }: BrokerAddress, { ca, cert, key }: TlsFiles): TLSSocket {
  const socket = connectTls({
    host,
    port,
    // An address cannot stand in the server name extension (RFC 6066, section 3).
    ...(isIP(host) === 0 && { servername: host }),
    ...(ca !== null && { ca }),
    ...(cert !== null && { cert }),
    ...(key !== null && { key }),
  });
  return socket.setNoDelay(true);
}

function reach(
  socket: Socket | TLSSocket,
  isAddress: boolean,
  { clock, timeoutMs, signal }: DialOptions,
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
    const fail = (trouble: Trouble): void => finish({ ok: false, trouble });
    const failWith = (error: Error): void =>
      fail({ kind: 'socket', error, isInHandshake, at: clock.wallTime() });
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
    signal.addEventListener('abort', () => fail({ kind: 'stopping' }), { signal: done.signal });
    const giveUp = (): void => {
      const before = isLookedUp ? 'tcp' : 'look_up';
      fail({ kind: 'unreached', during: isInHandshake ? 'tls' : before, afterMs: timeoutMs });
    };
    new Tasks((error) => failWith(error instanceof Error ? error : new Error(String(error)))).run(
      clock.sleep(timeoutMs, done.signal).then(giveUp),
    );
  });
}
