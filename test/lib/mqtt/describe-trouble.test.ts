import { expect, test } from 'vitest';
import { describeTrouble } from '../../../lib/mqtt/describe-trouble.ts';
import type { Terms } from '../../../lib/mqtt/terms.ts';
import type { Trouble } from '../../../lib/mqtt/trouble.ts';

const TERMS: Terms = {
  client: 'device',
  program: 'agent',
  settings: {
    login: 'user and password',
    authority: 'ca_file',
    certificate: 'cert_file',
    address: 'url',
  },
};
const AT = new Date(Date.UTC(1970, 0, 1));

function socket(code: string, message = 'it failed', isInHandshake = false): Trouble {
  return { kind: 'socket', error: Object.assign(new Error(message), { code }), isInHandshake, at: AT };
}

const CLOSED: Trouble = { kind: 'closed' };

const CASES: readonly (readonly [Trouble, string])[] = [
  [
    socket('ECONNREFUSED'),
    'unreachable: cannot reach the broker: connection refused: nothing listens there, or a firewall is in between (ECONNREFUSED)',
  ],
  [
    socket('ECONNRESET', 'reset', true),
    'tls: the broker closed the connection during the TLS handshake; is it TLS on this port, and does it ask for a client certificate?',
  ],
  [
    socket('CERT_HAS_EXPIRED'),
    "tls: TLS with the broker failed: its certificate has expired (this device's clock says 1970-01-01T00:00:00.000Z)",
  ],
  [
    socket('CERT_NOT_YET_VALID'),
    "tls: the broker's certificate is not valid yet by this device's clock, which says 1970-01-01T00:00:00.000Z; set the clock or wait until it is synchronised",
  ],
  [
    socket('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'),
    'tls: TLS with the broker failed: it wants a certificate of this device that it can trust; set cert_file',
  ],
  [
    socket('DEPTH_ZERO_SELF_SIGNED_CERT'),
    'tls: TLS with the broker failed: its certificate is self-signed; set ca_file',
  ],
  [
    socket('UNABLE_TO_GET_ISSUER_CERT_LOCALLY'),
    'tls: TLS with the broker failed: its certificate is from an unknown authority; set ca_file',
  ],
  [
    socket('ERR_TLS_CERT_ALTNAME_INVALID'),
    'tls: TLS with the broker failed: its certificate is for another host name; check url',
  ],
  [
    socket('ERR_SSL_WRONG_VERSION_NUMBER'),
    'tls: TLS with the broker failed: it does not speak TLS on this port; check url',
  ],
  [socket('ERR_SSL_NO_CIPHER', 'no cipher'), 'tls: TLS with the broker failed: no cipher'],
  [{ kind: 'no_login', message: 'cannot read it' }, 'refused_credentials: cannot read it'],
  [{ kind: 'no_tls_files', message: 'no PEM' }, 'tls: the TLS files cannot be used: no PEM'],
  [
    { kind: 'unreached', during: 'look_up', afterMs: 20_000 },
    'unreachable: cannot reach the broker: no answer to the look-up of the host name; is there a DNS server? (20 s)',
  ],
  [
    { kind: 'unreached', during: 'tcp', afterMs: 20_000 },
    'unreachable: cannot reach the broker: no answer (20 s)',
  ],
  [
    { kind: 'unreached', during: 'tls', afterMs: 20_000 },
    'no_answer: the broker accepts connections, but TLS was not agreed on in 20 s',
  ],
  [
    { kind: 'refused', reason: 4 },
    'refused_credentials: the broker refuses the login: Bad username or password (4); check user and password',
  ],
  [
    { kind: 'refused', reason: 135 },
    'refused_credentials: the broker refuses the login: Not authorized (135); check user and password',
  ],
  [{ kind: 'refused', reason: 138 }, 'not_authorized: the broker does not let this device in: Banned (138)'],
  [
    { kind: 'refused', reason: 136 },
    'unreachable: the broker refuses the connection: Server unavailable (136)',
  ],
  [{ kind: 'refused', reason: 200 }, 'closed: the broker refuses the connection: reason (200)'],
  [
    { kind: 'disconnected', reason: 142 },
    'session_taken: another client connected with the same id; is a device id in use twice?',
  ],
  [
    { kind: 'disconnected', reason: 135 },
    'not_authorized: the broker ended the connection: Not authorized (135)',
  ],
  [
    { kind: 'disconnected', reason: 149 },
    'closed: the broker ended the connection: Packet too large (149); a message of this device was larger than it takes',
  ],
  [
    { kind: 'unanswered', question: 'login', afterMs: 20_000 },
    'no_answer: the broker accepts connections, but gives no answer to the login in 20 s',
  ],
  [
    { kind: 'unanswered', question: 'publish', afterMs: 120_000 },
    'no_answer: the broker accepts connections, but gives no acknowledgement of a publish in 120 s',
  ],
  [
    { kind: 'unanswered', question: 'ping', afterMs: null },
    'no_answer: the broker accepts connections, but gives no answer to a ping',
  ],
  [{ kind: 'broken', error: new Error('no packet') }, 'closed: the connection broke: no packet'],
  [CLOSED, 'closed: the broker closed the connection'],
  [{ kind: 'left' }, 'closed: the agent disconnected'],
  [{ kind: 'stopping' }, 'closed: the agent is stopping'],
  [{ kind: 'fault' }, 'closed: a fault of the agent itself'],
  [
    { kind: 'suspected', of: 'tls', behind: CLOSED },
    'closed: the broker closed the connection; does it want TLS on this port (mqtts:// in url)?',
  ],
  [
    { kind: 'suspected', of: 'takeover', behind: CLOSED },
    'session_taken: the broker closed the connection, several times running soon after connecting: most likely another device has the same id; else the broker does not let this one read or write its topics, or the line keeps breaking',
  ],
];

test.each(CASES)('%o', (trouble, expected) => {
  const { code, message } = describeTrouble(trouble, TERMS);
  expect(`${code}: ${message}`).toBe(expected);
});
