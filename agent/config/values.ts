// Values inside the configuration's strings: a broker's URL, an address to listen on.
// Tested in test/agent/config/read-config.test.ts.
import { isIP } from 'node:net';
import {
  type BrokerAddress,
  parseBrokerUrl,
  type UrlOddity,
  type UrlProblem,
} from '../../lib/mqtt/broker-address.ts';
import type { ListenAddress } from './config.ts';

const EXPECTED = 'expected "mqtts://HOST:PORT" or "mqtt://HOST:PORT"';
const NO_LOGIN =
  'a URL without user name and password; they go into broker.username and broker.password_file';
const HOST = 'a URL with a host name or address, e.g. "mqtts://broker.example.com:8883"';

const PROBLEMS: Readonly<Record<UrlProblem['kind'], string>> = {
  no_url: EXPECTED,
  no_host: HOST,
  unknown_protocol: EXPECTED,
  lone_percent: NO_LOGIN,
};
const ODDITIES: Readonly<Record<UrlOddity, string>> = {
  host: HOST,
  path: 'a URL without path, query and fragment',
  port: 'a port from 1 to 65535',
};

/**
 * Parses `mqtt://HOST[:PORT]` or `mqtts://…`, and nothing beside it: what is shown is what is dialled. A string says what is
 * wrong, without repeating the value.
 */
export function readBrokerUrl(text: string): BrokerAddress | string {
  // The parser takes other spellings too.
  if (!/^mqtts?:\/\//.test(text)) return EXPECTED;
  const parsed = parseBrokerUrl(text);
  if (!parsed.ok) return PROBLEMS[parsed.problem.kind];
  const { address, login, oddities } = parsed;
  if (login.username !== null || login.password !== null) return NO_LOGIN;
  const [oddity] = oddities;
  return oddity === undefined ? address : ODDITIES[oddity];
}

/** Parses `127.0.0.1:8477`, `[::1]:8477` or `0.0.0.0:8477`; `null` for an empty text, and a string says what is wrong. */
export function parseListenAddress(text: string): ListenAddress | null | string {
  if (text === '') return null;
  const [, bracketed, plain, digits = ''] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) return 'expected "HOST:PORT", e.g. "127.0.0.1:8477", or "" for none';
  const port = Number(digits);
  if (port < 1 || port > 65_535) return 'a port from 1 to 65535';
  return isIP(host) !== 0 || host === 'localhost'
    ? { host, port }
    : 'an IP address of this device, or localhost';
}
