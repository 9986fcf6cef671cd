import { describe, expect, test } from 'vitest';
import { explainRefusal, mayConnectLater } from '../../../../fleet/ctl/broker/refusals.ts';
import type { Trouble } from '../../../../lib/mqtt/trouble.ts';

const MAY_START = 'It may also be starting, or the broker is short of a node';

function socket(code: string, message = 'it failed'): Trouble {
  const error = Object.assign(new Error(message), { code });
  return { kind: 'socket', error, isInHandshake: false, at: new Date(0) };
}

function explain(trouble: Trouble, protocol: 'mqtt' | 'mqtts' = 'mqtt', username: string | null = null) {
  const address = { protocol, host: 'broker', port: 1883 };
  return explainRefusal(trouble, { address, login: { username, password: null } });
}

describe('what a failed connect means', () => {
  test.each<[Trouble, string, string | undefined]>([
    [
      socket('ECONNREFUSED'),
      'nothing listens there',
      `is the broker running, and is the port right? ${MAY_START}`,
    ],
    [socket('ENOTFOUND'), 'the host name is not known', `is the address right? ${MAY_START}`],
    [socket('ECONNRESET'), 'it cut the connection', `does it want TLS (mqtts://) on this port? ${MAY_START}`],
    [socket('EPIPE', 'a broken pipe'), 'a broken pipe', `is the address right? ${MAY_START}`],
    [socket('CERT_HAS_EXPIRED'), 'its certificate has expired', undefined],
    [
      socket('SELF_SIGNED_CERT_IN_CHAIN'),
      'its certificate is signed by nobody known here',
      'pass --ca FILE with its authority',
    ],
    [
      socket('ERR_SSL_PACKET_LENGTH_TOO_LONG'),
      'it does not speak TLS',
      'is this the port for mqtts://, or is mqtt:// meant?',
    ],
    ...['CERTIFICATE_REQUIRED', 'UNKNOWN_CA', 'BAD_CERTIFICATE'].map((alert): [Trouble, string, string] => [
      socket(`ERR_SSL_TLSV13_ALERT_${alert}`),
      'it wants a certificate of yours that it can trust',
      'pass --cert FILE and --key FILE, signed by the authority that the broker trusts',
    ]),
    [socket('ERR_TLS_CERT_ALTNAME_INVALID', 'of another host'), 'of another host', undefined],
    [
      { kind: 'unreached', during: 'tcp', afterMs: 10_000 },
      'it does not answer',
      `is the address right? ${MAY_START}`,
    ],
    [
      { kind: 'refused', reason: 136 },
      'Connection refused: Server unavailable',
      `is the address right? ${MAY_START}`,
    ],
    [{ kind: 'closed' }, 'it cut the connection', `does it want TLS (mqtts://) on this port? ${MAY_START}`],
  ])('%o', (trouble, reason, hint) => {
    expect(explain(trouble)).toEqual({ code: 'broker_unreachable', reason, hint });
  });

  test('a TLS port that cuts the connection is taken for one without TLS', () => {
    const hint = `does it speak TLS on this port, or is mqtt:// meant? ${MAY_START}`;
    expect(explain({ kind: 'closed' }, 'mqtts').hint).toBe(hint);
  });

  test.each([
    [4, null, 'it does not take this user and password', /^give user and password/],
    [134, 'me', 'it does not take this user and password', /^is the password right/],
    [5, 'me', 'it does not let this user in', /^is the password right/],
    [135, null, 'it does not let this user in', /^give user and password/],
  ])('CONNACK %i for the user %s refuses the login', (reason, username, expected, hint) => {
    const explanation = explain({ kind: 'refused', reason }, 'mqtt', username);
    expect(explanation).toMatchObject({ code: 'broker_refused_login', reason: expected });
    expect(explanation.hint).toMatch(hint);
  });
});

test.each<[Trouble, boolean]>([
  [socket('ECONNREFUSED'), true],
  [{ kind: 'closed' }, true],
  [{ kind: 'refused', reason: 136 }, true],
  [{ kind: 'refused', reason: 135 }, false],
  [socket('CERT_HAS_EXPIRED'), false],
  [{ kind: 'no_tls_files', message: 'no PEM' }, false],
])('%o may end otherwise later: %s', (trouble, expected) => {
  expect(mayConnectLater(trouble)).toBe(expected);
});
