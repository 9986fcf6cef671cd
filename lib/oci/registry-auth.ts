// Opens one repository: answers a registry's challenge with a password or with a token that is bought with it.
// Source: the distribution project's token authentication, and RFC 7235 for the challenge.
import { isIPv4 } from 'node:net';
import * as v from 'valibot';
import { collect } from './content.ts';
import { OciError } from './oci-error.ts';
import { bodyOf, exchange, expectStatus } from './registry-http.ts';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

const MAX_TOKEN_BYTES = 64 * 1024;
const TOKEN = v.object({ token: v.optional(v.string()), access_token: v.optional(v.string()) });

/** `http` on loopback, as the engine does it; else `https`. */
export function originOf(host: string): string {
  return `${isLoopback(new URL(`https://${host}`)) ? 'http' : 'https'}://${host}`;
}

/** The `Authorization` header that answers a refusal. Throws `registry_auth` where there is none. */
export async function answerChallenge(
  challenge: string,
  credentials: Credentials | null,
  signal?: AbortSignal,
): Promise<string> {
  const basic = credentials === null ? null : `Basic ${encode(credentials)}`;
  if (!/^bearer\b/i.test(challenge)) {
    if (basic !== null && /^basic\b/i.test(challenge)) return basic;
    throw new OciError('registry_auth', 'the registry asks for a user name and password', { status: 401 });
  }
  const url = tokenUrl(challenge);
  const headers: Record<string, string> = basic === null ? {} : { authorization: basic };
  const response = await exchange(url, { headers, signal });
  await expectStatus(response, 200, `asking ${url.host} for a token`);
  return `Bearer ${tokenIn(await collect(bodyOf(response, signal), MAX_TOKEN_BYTES))}`;
}

/** Where a token is had. Credentials go there, so that it must be as well kept as the registry. */
function tokenUrl(challenge: string): URL {
  const fields = new Map([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]));
  const url = URL.parse(fields.get('realm') ?? '');
  if (url === null || (url.protocol !== 'https:' && !isLoopback(url)))
    throw new OciError('registry_auth', `the registry names no safe place for tokens: ${challenge}`);
  for (const key of ['service', 'scope']) {
    const value = fields.get(key);
    if (value !== undefined) url.searchParams.set(key, value);
  }
  return url;
}

function tokenIn(data: Buffer): string {
  const answer = v.safeParse(v.pipe(v.string(), v.parseJson(), TOKEN), data.toString('utf8'));
  const token = answer.success ? (answer.output.token ?? answer.output.access_token) : undefined;
  if (token === undefined) throw new OciError('registry_auth', 'the registry gave no token');
  return token;
}

function isLoopback({ hostname }: URL): boolean {
  return (
    hostname === 'localhost' || hostname === '[::1]' || (isIPv4(hostname) && hostname.startsWith('127.'))
  );
}

function encode({ username, password }: Credentials): string {
  return Buffer.from(`${username}:${password}`).toString('base64');
}
