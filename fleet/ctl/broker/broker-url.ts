// Where the broker is: `--broker URL` or `HOLDFAST_BROKER`, taken apart.
import { UsageError } from '../../../lib/program/command-failure.ts';

export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

const HINT = 'write it as mqtt://HOST:1883 or mqtts://USER:PASSWORD@HOST:8883';
const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'mqtt:': 1883, 'mqtts:': 8883 };

/** Parses a broker's URL. The URL itself is never repeated in a message: it may hold a password. */
export function parseBrokerUrl(text: string | undefined): BrokerAddress {
  if (text === undefined || text === '') {
    throw new UsageError(
      'no broker is given',
      'pass --broker URL or set HOLDFAST_BROKER, e.g. mqtt://localhost:1883',
    );
  }
  const url = URL.parse(text);
  const defaultPort = url === null ? undefined : DEFAULT_PORTS[url.protocol];
  if (url === null || url.hostname === '') throw new UsageError('the broker is no URL', HINT);
  if (defaultPort === undefined)
    throw new UsageError(`the broker's protocol "${url.protocol}" is not known`, HINT);
  return {
    // The URL parser keeps the brackets of an IPv6 address; sockets want none.
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? defaultPort : Number(url.port),
    isTls: url.protocol === 'mqtts:',
    username: url.username === '' ? undefined : decode(url.username),
    password: url.password === '' ? undefined : decode(url.password),
  };
}

/** `host:port`, for people. */
export function formatAddress({ host, port }: BrokerAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new UsageError("the broker's user or password has a lone %", 'write % as %25');
  }
}
