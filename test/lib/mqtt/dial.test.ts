// Who is taken for a broker: a TLS server that cannot show who it is gets no login.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createServer } from 'node:tls';
import { expect, test } from 'vitest';
import { dial } from '../../../lib/mqtt/dial.ts';
import { type TlsProblem, tlsProblemOf } from '../../../lib/mqtt/tls-problem.ts';
import type { Trouble } from '../../../lib/mqtt/trouble.ts';
import { systemClock } from '../../../lib/time/system-clock.ts';
import { listenOnLoopback } from '../../fakes/loopback.ts';
import { makeAuthority } from '../../integration/broker/certificates.ts';

interface Case {
  readonly name: string;
  /** Whom the certificate names. */
  readonly of: string;
  readonly isAuthorityKnown: boolean;
  readonly expected: 'ok' | TlsProblem;
}

const CASES: readonly Case[] = [
  {
    name: 'signed by a known authority is let in',
    of: 'IP:127.0.0.1',
    isAuthorityKnown: true,
    expected: 'ok',
  },
  {
    name: 'signed by nobody known is refused',
    of: 'IP:127.0.0.1',
    isAuthorityKnown: false,
    expected: 'unknown_authority',
  },
  {
    name: 'of another host is refused',
    of: 'DNS:other.test',
    isAuthorityKnown: true,
    expected: 'other_host',
  },
];

test.for(CASES)('a broker with a certificate $name', async ({ of, isAuthorityKnown, expected }) => {
  const dir = mkdtempSync(path.join(tmpdir(), 'holdfast-dial-'));
  const authority = makeAuthority(dir);
  const { cert, key } = authority.sign('broker', of);
  const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) });
  try {
    const port = await listenOnLoopback(server);
    const ca = isAuthorityKnown ? readFileSync(authority.cert) : null;
    const dialed = await dial(
      { protocol: 'mqtts', host: '127.0.0.1', port },
      {
        tls: { ca, cert: null, key: null },
        clock: systemClock,
        timeoutMs: 10_000,
        signal: new AbortController().signal,
      },
    );
    expect(dialed.ok ? 'ok' : problemOf(dialed.trouble)).toBe(expected);
    if (dialed.ok) dialed.stream.destroy();
  } finally {
    server.close();
    rmSync(dir, { recursive: true });
  }
});

function problemOf(trouble: Trouble): TlsProblem | null {
  return trouble.kind === 'socket' ? tlsProblemOf(trouble.error) : null;
}
