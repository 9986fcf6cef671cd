// Where a broker is, from its URL.

export interface BrokerAddress {
  readonly protocol: 'mqtt' | 'mqtts';
  /** A name or an address; one of IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

export interface Login {
  readonly username: string | null;
  readonly password: string | null;
}

/** What is wrong with a URL. `protocol` is what stands in its place, with its colon. */
export type UrlProblem =
  | { readonly kind: 'no_url' | 'no_host' | 'lone_percent' }
  | { readonly kind: 'unknown_protocol'; readonly protocol: string };

/**
 * What stands in a URL and is not dialled as it reads: a `host` that the parser has changed, a `path`, query or fragment,
 * the `port` 0. A program may refuse it.
 */
export type UrlOddity = 'host' | 'path' | 'port';

export type ParsedUrl =
  | {
      readonly ok: true;
      readonly address: BrokerAddress;
      readonly login: Login;
      readonly oddities: readonly UrlOddity[];
    }
  | { readonly ok: false; readonly problem: UrlProblem };

const DEFAULT_PORTS = { mqtt: 1883, mqtts: 8883 } as const;

/** Parses `mqtt[s]://[USER[:PASSWORD]@]HOST[:PORT]`; the ports are 1883 and 8883 where none is given. */
export function parseBrokerUrl(text: string): ParsedUrl {
  const url = URL.parse(text);
  if (url === null) return refuse({ kind: 'no_url' });
  if (url.hostname === '') return refuse({ kind: 'no_host' });
  const protocol = url.protocol.slice(0, -1);
  if (protocol !== 'mqtt' && protocol !== 'mqtts') {
    return refuse({ kind: 'unknown_protocol', protocol: url.protocol });
  }
  const login = loginIn(url);
  if (login === null) return refuse({ kind: 'lone_percent' });
  // Sockets want no brackets.
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = url.port === '' ? DEFAULT_PORTS[protocol] : Number(url.port);
  return { ok: true, address: { protocol, host, port }, login, oddities: odditiesOf(url, host, text) };
}

/** `host:port`, for people. */
export function formatAddress({ host, port }: Omit<BrokerAddress, 'protocol'>): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function refuse(problem: UrlProblem): ParsedUrl {
  return { ok: false, problem };
}

/** `null` where a part is not encoded as URLs are. */
function loginIn({ username, password }: URL): Login | null {
  try {
    return {
      username: username === '' ? null : decodeURIComponent(username),
      password: password === '' ? null : decodeURIComponent(password),
    };
  } catch {
    return null;
  }
}

function odditiesOf(url: URL, host: string, text: string): UrlOddity[] {
  const oddities: UrlOddity[] = [];
  // Spaces and newlines are dropped or escaped by the parser, and what is shown would not be what is dialled.
  if (!/^[\w.:-]+$/.test(host) || /\s/.test(text)) oddities.push('host');
  if (!['', '/'].includes(url.pathname) || url.search !== '' || url.hash !== '') oddities.push('path');
  if (url.port === '0') oddities.push('port');
  return oddities;
}
