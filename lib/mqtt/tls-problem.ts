// What went wrong with TLS, told by Node's error codes.
// Tested in test/lib/mqtt/dial.test.ts.
import { systemErrorCode } from '../failures/system-error.ts';

export type TlsProblem =
  | 'expired'
  | 'not_yet_valid'
  | 'self_signed'
  | 'unknown_authority'
  | 'other_host'
  /** What listens there does not speak TLS. */
  | 'no_tls'
  /** It does not take the certificate that was shown, or misses one. */
  | 'own_certificate'
  /** All else: the error's own message tells most. */
  | 'other';

const PROBLEMS: Readonly<Record<string, TlsProblem>> = {
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'not_yet_valid',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self_signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'unknown_authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'unknown_authority',
  UNABLE_TO_GET_ISSUER_CERT: 'unknown_authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'unknown_authority',
  ERR_TLS_CERT_ALTNAME_INVALID: 'other_host',
  ERR_SSL_WRONG_VERSION_NUMBER: 'no_tls',
};

/** `null` for an error that is none of TLS's. */
export function tlsProblemOf(error: Error): TlsProblem | null {
  const code = systemErrorCode(error) ?? '';
  const problem = PROBLEMS[code];
  if (problem !== undefined) return problem;
  // An alert comes from the other side, by TLS (RFC 8446, 6.2).
  if (/_ALERT_(.*CERTIFICATE|UNKNOWN_CA$)/.test(code)) return 'own_certificate';
  return /^(ERR_SSL_|ERR_TLS_|EPROTO$)/.test(code) ? 'other' : null;
}
