// The broker, layer by layer: its name, a connection, TLS with the dates of its certificate, the login, the topics.
import { X509Certificate } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { TLSSocket } from 'node:tls';
import { messageOf } from '../../lib/failures/system-error.ts';
import { describeTrouble } from '../../lib/mqtt/describe-trouble.ts';
import { type Dial, dial as dialSocket, type TlsFiles } from '../../lib/mqtt/dial.ts';
import type { Clock } from '../../lib/time/clock.ts';
import { formatTopic } from '../../protocol/topics.ts';
import type { BrokerConfig } from '../config/config.ts';
import { subscriptionFilters } from '../line/own-messages.ts';
import { AGENT_TERMS } from '../line/terms.ts';
import type { LineStatus } from '../ports/line.ts';
import { type CheckAnswer, type CheckRow, error, ok, unknown, warning } from './check-row.ts';

const DIAL_MS = 1500;
const SOON_MS = 30 * 86_400_000;

export interface BrokerCheckOptions {
  readonly config: BrokerConfig;
  readonly device: string;
  readonly groups: readonly string[];
  readonly clock: Clock;
  /** Default: real sockets. */
  readonly dial?: Dial;
}

export function brokerChecks(options: BrokerCheckOptions): CheckRow[] {
  return [
    { name: 'broker name', look: () => lookUp(options.config.host) },
    { name: 'broker connection', look: (_, signal) => connect(options, signal) },
    { name: 'broker login', look: ({ broker }) => [judgeLogin(broker)] },
    { name: 'broker topics', look: ({ broker }) => judgeTopics(broker, topicsOf(options)) },
    { name: 'certificates', look: () => certificates(options) },
  ];
}

async function lookUp(host: string): Promise<CheckAnswer[]> {
  if (isIP(host) !== 0) return [];
  try {
    const { address } = await lookup(host);
    return [ok(`${host} is ${address}`)];
  } catch (thrown) {
    return [error(`${host}: ${messageOf(thrown)}; check the name service and broker.url`)];
  }
}

/** A connection beside the line's own, which is ended before a word of MQTT. */
async function connect(
  { config, clock, dial = dialSocket }: BrokerCheckOptions,
  signal: AbortSignal,
): Promise<CheckAnswer[]> {
  const dialed = await dial(config, { tls: readTlsFiles(config), clock, timeoutMs: DIAL_MS, signal });
  if (!dialed.ok) return [error(describeTrouble(dialed.trouble, AGENT_TERMS).message)];
  const { stream } = dialed;
  const to = `${config.host}:${config.port}`;
  const answer = stream instanceof TLSSocket ? judgePeer(stream, to, clock) : ok(`${to} accepts connections`);
  stream.destroy();
  return [answer];
}

function readTlsFiles({ caFile, certFile, keyFile, protocol }: BrokerConfig): TlsFiles {
  const read = (file: string | null): Buffer | null => (file === null ? null : readFileSync(file));
  if (protocol === 'mqtt') return { ca: null, cert: null, key: null };
  return { ca: read(caFile), cert: read(certFile), key: read(keyFile) };
}

function judgePeer(stream: TLSSocket, to: string, clock: Clock): CheckAnswer {
  const until = new Date(stream.getPeerCertificate().valid_to);
  return judgeDate(`TLS with ${to} stands; its certificate`, until, clock);
}

function judgeDate(what: string, until: Date, clock: Clock): CheckAnswer {
  const leftMs = until.getTime() - clock.wallTime().getTime();
  if (Number.isNaN(leftMs)) return ok(what);
  const text = `${what} ends at ${until.toISOString()}`;
  if (leftMs < 0) return error(`${text}, which is over`);
  return leftMs < SOON_MS ? warning(text) : ok(text);
}

/** What a broker answers to whom it knows not. */
const OF_LOGIN: ReadonlySet<string> = new Set(['refused_credentials', 'not_authorized', 'session_taken']);

function judgeLogin({ isConnected, protocol, trouble }: LineStatus): CheckAnswer {
  if (isConnected) return ok(`logged in (MQTT ${protocol ?? '?'})`);
  // Where it is not even reached, that is told by what stands before.
  if (trouble === null || !OF_LOGIN.has(trouble.code)) return unknown('not tried: no connection');
  return error(trouble.message);
}

interface Topics {
  readonly read: readonly string[];
  readonly write: readonly string[];
}

function topicsOf({ config: { topicPrefix }, device, groups }: BrokerCheckOptions): Topics {
  const kinds = [
    ...(['presence', 'state', 'events'] as const).map((kind) => ({ kind, device })),
    { kind: 'status', device, name: '+' } as const,
    { kind: 'reply', device, id: '+' } as const,
  ];
  return {
    read: subscriptionFilters(topicPrefix, device, groups),
    write: kinds.map((topic) => formatTopic(topicPrefix, topic)),
  };
}

/** What is denied stands first. A topic that nothing was sent to yet counts as allowed. */
function judgeTopics({ isConnected, protocol, denied }: LineStatus, { read, write }: Topics): CheckAnswer[] {
  if (!isConnected) return [];
  const isOpen = (topic: string): boolean => !denied.some((told) => told === topic || isBelow(told, topic));
  const isTold = protocol === '5' ? 'may write' : 'may write, as far as MQTT 3.1.1 tells:';
  return [
    ...denied.map((topic) => error(`the rules of the broker keep ${topic} from this device`)),
    ...read.filter(isOpen).map((topic) => ok(`may read ${topic}`)),
    ...write.filter(isOpen).map((topic) => ok(`${isTold} ${topic}`)),
  ];
}

function isBelow(topic: string, pattern: string): boolean {
  return pattern.endsWith('/+') && topic.startsWith(pattern.slice(0, -1));
}

/** Those of the configuration: of a file with several the one that ends first. */
function certificates({ config, clock }: BrokerCheckOptions): CheckAnswer[] {
  const files = [
    ['broker.ca_file', config.caFile],
    ['broker.cert_file', config.certFile],
  ] as const;
  return files.flatMap(([key, file]) => {
    if (file === null) return [];
    const ends = readFileSync(file, 'utf8')
      .split(/(?=-----BEGIN CERTIFICATE-----)/)
      .filter((text) => text.startsWith('-----BEGIN CERTIFICATE-----'))
      .map((pem) => Date.parse(new X509Certificate(pem).validTo));
    return ends.length === 0
      ? [error(`${key} ${file} holds no certificate`)]
      : [judgeDate(`${key} ${file}`, new Date(Math.min(...ends)), clock)];
  });
}
