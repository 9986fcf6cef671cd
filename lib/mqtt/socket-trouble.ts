// What went wrong below MQTT, told by Node's error codes: network, or TLS and its certificates.

import { describeSystemError, systemErrorCode } from '../failures/system-error.ts';
import type { BrokerTrouble } from './trouble.ts';

const CERTIFICATE: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed; set broker.ca_file',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is from an unknown authority; set broker.ca_file',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is from an unknown authority; set broker.ca_file',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate is from an unknown authority; set broker.ca_file',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is from an unknown authority; set broker.ca_file',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name; check broker.url',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS on this port; check broker.url',
};

/** Not the clock's reading alone: a device without a battery starts in 1970 and this is how it shows. */
const CLOCK_CODES = new Set(['CERT_NOT_YET_VALID', 'CERT_HAS_EXPIRED']);

export interface SocketFailure {
  readonly error: Error;
  /** Whether the TCP connection stood and TLS was being agreed on. */
  readonly isInHandshake: boolean;
  readonly now: Date;
}

export function troubleOfSocket({ error, isInHandshake, now }: SocketFailure): BrokerTrouble {
  const code = systemErrorCode(error) ?? '';
  if (code === 'CERT_NOT_YET_VALID') {
    return {
      code: 'tls',
      message: `the broker's certificate is not valid yet by this device's clock, which says ${now.toISOString()}; set the clock or wait until it is synchronised`,
    };
  }
  if (isInHandshake || isTlsCode(code)) return { code: 'tls', message: describeTls(error, code, now) };
  const words = describeSystemError(error) || 'connection failed';
  return {
    code: 'unreachable',
    message: `cannot reach the broker: ${words}${code === '' ? '' : ` (${code})`}`,
  };
}

/** An error after the handshake can still be TLS's: version 1.3 refuses a client's certificate that late. */
export function isTlsError(error: Error): boolean {
  return isTlsCode(systemErrorCode(error) ?? '');
}

function isTlsCode(code: string): boolean {
  return (
    code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') || code in CERTIFICATE || CLOCK_CODES.has(code)
  );
}

function describeTls(error: Error, code: string, now: Date): string {
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    return 'the broker closed the connection during the TLS handshake; is it TLS on this port, and does it ask for a client certificate?';
  }
  const clock = CLOCK_CODES.has(code) ? ` (this device's clock says ${now.toISOString()})` : '';
  return `TLS with the broker failed: ${CERTIFICATE[code] ?? error.message}${clock}`;
}
