// Values inside the configuration's strings: a broker's URL, an address to listen on.
import { isIPv4 } from 'node:net';
import type { ListenAddress } from './config.ts';

export interface BrokerAddress {
  readonly protocol: 'mqtt' | 'mqtts';
  readonly host: string;
  readonly port: number;
}

const DEFAULT_PORTS = { mqtt: 1883, mqtts: 8883 } as const;

/** Parses `mqtt://HOST[:PORT]` or `mqtts://…`; a string says what is wrong, without repeating the value. */
export function parseBrokerUrl(text: string): BrokerAddress | string {
  const [, protocol] = /^(mqtts?):\/\//.exec(text) ?? [];
  if ((protocol !== 'mqtt' && protocol !== 'mqtts') || !URL.canParse(text)) {
    return 'expected "mqtts://HOST:PORT" or "mqtt://HOST:PORT"';
  }
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    return 'a URL without user name and password; they go into broker.username and broker.password_file';
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  // Spaces and newlines are dropped or escaped by the parser, and what is shown would not be what is dialled.
  if (!/^[\w.:-]+$/.test(host) || /\s/.test(text)) {
    return 'a URL with a host name or address, e.g. "mqtts://broker.example.com:8883"';
  }
  if (!['', '/'].includes(url.pathname) || url.search !== '' || url.hash !== '') {
    return 'a URL without path, query and fragment';
  }
  if (url.port === '0') return 'a port from 1 to 65535';
  return { protocol, host, port: url.port === '' ? DEFAULT_PORTS[protocol] : Number(url.port) };
}

/**
 * Parses `127.0.0.1:8477`, `[::1]:8477` or `localhost:8477`; `null` for an empty text, and a string says what
 * is wrong. Only loopback: the page has neither encryption nor login.
 */
export function parseListenAddress(text: string): ListenAddress | null | string {
  if (text === '') return null;
  const [, bracketed, plain, digits = ''] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) return 'expected "HOST:PORT", e.g. "127.0.0.1:8477", or "" for none';
  const port = Number(digits);
  if (port < 1 || port > 65_535) return 'a port from 1 to 65535';
  const isLoopback = host === '::1' || host === 'localhost' || (isIPv4(host) && host.startsWith('127.'));
  return isLoopback
    ? { host, port }
    : 'a loopback address (127.0.0.1, ::1 or localhost): the page has no login';
}
