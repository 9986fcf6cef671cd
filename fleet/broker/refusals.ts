// What a failed connect means, in words for an operator.
import { messageOf } from '../failure.ts';

export interface Explanation {
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

const BY_CODE: Readonly<Record<string, Explanation>> = {
  ECONNREFUSED: { reason: 'nothing listens there', hint: 'is the broker running, and is the port right?' },
  ENOTFOUND: { reason: 'the host name is not known' },
  EAI_AGAIN: { reason: 'the host name cannot be looked up now' },
  ETIMEDOUT: { reason: 'it does not answer' },
  EHOSTUNREACH: { reason: 'there is no way to this host' },
  ENETUNREACH: { reason: 'there is no way to this network' },
  EPROTO: { reason: 'it does not speak TLS', hint: 'is this the port for mqtts://, or is mqtt:// meant?' },
  CERT_HAS_EXPIRED: { reason: 'its certificate has expired' },
};

const UNTRUSTED = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
];

export function explainRefusal(error: unknown, isTls: boolean): Explanation {
  const code = codeOf(error);
  if (typeof code === 'number') return explainConnack(code, error);
  if (UNTRUSTED.includes(code)) {
    return {
      reason: 'its certificate is signed by nobody known here',
      hint: 'pass --ca FILE with its authority',
    };
  }
  if (code.startsWith('ERR_SSL')) return BY_CODE.EPROTO ?? { reason: code };
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return { reason: messageOf(error) };
  if (code === 'ECONNRESET' || error instanceof ClosedBeforeAnswer) return explainCut(isTls);
  if (messageOf(error) === 'connack timeout') return { reason: 'it does not answer' };
  return BY_CODE[code] ?? { reason: messageOf(error) || code };
}

/** What a plain port does to TLS, and a TLS port to anything else. */
function explainCut(isTls: boolean): Explanation {
  const hint = isTls
    ? 'does it speak TLS on this port, or is mqtt:// meant?'
    : 'does it want TLS (mqtts://) on this port?';
  return { reason: 'it cut the connection', hint };
}

function explainConnack(code: number, error: unknown): Explanation {
  const hint = 'give user and password in the URL: mqtt://USER:PASSWORD@HOST:PORT';
  if (BAD_CREDENTIALS.includes(code)) return { reason: 'it does not take this user and password', hint };
  if (NOT_AUTHORIZED.includes(code)) return { reason: 'it does not let this user in', hint };
  return { reason: messageOf(error) };
}

/** A host with several addresses fails with one error for each; the first tells enough. */
function codeOf(error: unknown): string | number {
  if (error instanceof AggregateError && !('code' in error)) return codeOf(error.errors[0]);
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'number' ? error.code : String(error.code);
}
