// What a failed connect means, in words for an operator.
import { messageOf } from '../../../lib/failures/system-error.ts';
import type { BrokerAddress } from './broker-url.ts';

export interface Explanation {
  readonly code: 'broker_unreachable' | 'broker_refused_login';
  readonly reason: string;
  readonly hint?: string | undefined;
}

/** The broker closed the socket without a word. */
export class ClosedBeforeAnswer extends Error {}

/** CONNACK codes: 3.1.1's small ones, and MQTT 5's from 128. */
const UNACCEPTABLE_VERSION = [1, 132];
const BAD_CREDENTIALS = [4, 134];
const NOT_AUTHORIZED = [5, 135];

/**
 * Whether the broker may only dislike MQTT 5: it said so (aedes answers with 3.1.1's code 1), or it closed the
 * socket without a CONNACK, as brokers do that cannot even parse the packet.
 */
export function isVersionRefusal(error: unknown): boolean {
  if (error instanceof ClosedBeforeAnswer) return true;
  if (typeof error !== 'object' || error === null) return false;
  return 'code' in error && UNACCEPTABLE_VERSION.some((code) => code === error.code);
}

/** Whether another try may end otherwise: who is refused, or finds a certificate wrong, will be so again. */
export function mayConnectLater(error: unknown): boolean {
  const code = codeOf(error);
  return typeof code === 'number' ? !isLoginRefusal(code) : !isOfTls(code);
}

function isLoginRefusal(code: number): boolean {
  return BAD_CREDENTIALS.includes(code) || NOT_AUTHORIZED.includes(code);
}

type Cause = Omit<Explanation, 'code'>;

const BY_CODE: Readonly<Record<string, Cause>> = {
  ECONNREFUSED: { reason: 'nothing listens there', hint: 'is the broker running, and is the port right?' },
  ENOTFOUND: { reason: 'the host name is not known' },
  EAI_AGAIN: { reason: 'the host name cannot be looked up now' },
  ETIMEDOUT: { reason: 'it does not answer' },
  EHOSTUNREACH: { reason: 'there is no way to this host' },
  ENETUNREACH: { reason: 'there is no way to this network' },
};

const NO_TLS: Cause = {
  reason: 'it does not speak TLS',
  hint: 'is this the port for mqtts://, or is mqtt:// meant?',
};
const UNTRUSTED: Cause = {
  reason: 'its certificate is signed by nobody known here',
  hint: 'pass --ca FILE with its authority',
};
const BY_TLS_CODE: Readonly<Record<string, Cause>> = {
  EPROTO: NO_TLS,
  CERT_HAS_EXPIRED: { reason: 'its certificate has expired' },
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
};

function isOfTls(code: string): boolean {
  return code in BY_TLS_CODE || code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS');
}

/** What a failed connect means, after the last try. */
export function explainRefusal(error: unknown, address: BrokerAddress): Explanation {
  const code = codeOf(error);
  if (typeof code !== 'number') return { code: 'broker_unreachable', ...explainCause(code, error, address) };
  if (isLoginRefusal(code)) return { code: 'broker_refused_login', ...explainLogin(code, address) };
  return { code: 'broker_unreachable', ...orShortOfANode({ reason: messageOf(error) || `CONNACK ${code}` }) };
}

function explainCause(code: string, error: unknown, { isTls }: BrokerAddress): Cause {
  if (isOfTls(code))
    return BY_TLS_CODE[code] ?? (code.startsWith('ERR_SSL') ? NO_TLS : { reason: messageOf(error) });
  if (code === 'ECONNRESET' || error instanceof ClosedBeforeAnswer) return orShortOfANode(explainCut(isTls));
  if (messageOf(error) === 'connack timeout') return orShortOfANode({ reason: 'it does not answer' });
  return orShortOfANode(BY_CODE[code] ?? { reason: messageOf(error) || code });
}

/** What a cluster does that has no leader cannot be told from a port that is wrong. */
function orShortOfANode({ reason, hint = 'is the address right?' }: Cause): Cause {
  return { reason, hint: `${hint} It may also be starting, or the broker is short of a node` };
}

/** What a plain port does to TLS, and a TLS port to anything else. */
function explainCut(isTls: boolean): Cause {
  const hint = isTls
    ? 'does it speak TLS on this port, or is mqtt:// meant?'
    : 'does it want TLS (mqtts://) on this port?';
  return { reason: 'it cut the connection', hint };
}

function explainLogin(code: number, { username }: BrokerAddress): Cause {
  const hint =
    username === undefined
      ? 'give user and password in the URL: mqtt://USER:PASSWORD@HOST:PORT'
      : 'is the password right, and does the broker know this user?';
  const reason = BAD_CREDENTIALS.includes(code)
    ? 'it does not take this user and password'
    : 'it does not let this user in';
  return { reason, hint };
}

/** A host with several addresses fails with one error for each; the first tells enough. */
function codeOf(error: unknown): string | number {
  if (error instanceof AggregateError && !('code' in error)) return codeOf(error.errors[0]);
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'number' ? error.code : String(error.code);
}
