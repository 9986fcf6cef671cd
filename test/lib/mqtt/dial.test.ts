// Whom the agent takes for its broker: a TLS server that cannot show who it is gets no login.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createServer } from 'node:tls';
import { expect, test } from 'vitest';
import type { BrokerConfig } from '../../../agent/config/config.ts';
import { dial } from '../../../lib/mqtt/dial.ts';
import { systemClock } from '../../../lib/time/system-clock.ts';
import { brokerConfig } from '../../agent/line/broker-harness.ts';
import { listenOnLoopback } from '../../fakes/loopback.ts';
import { makeAuthority } from '../../integration/broker/certificates.ts';

interface Case {
  readonly name: string;
  /** Whom the certificate names. */
  readonly of: string;
  readonly isAuthorityKnown: boolean;
  readonly expected: 'ok' | 'tls';
}

const CASES: readonly Case[] = [
  {
    name: 'signed by a known authority is let in',
    of: 'IP:127.0.0.1',
    isAuthorityKnown: true,
    expected: 'ok',
  },
  { name: 'signed by nobody known is refused', of: 'IP:127.0.0.1', isAuthorityKnown: false, expected: 'tls' },
  { name: 'of another host is refused', of: 'DNS:other.test', isAuthorityKnown: true, expected: 'tls' },
];

test.for(CASES)('a broker with a certificate $name', async ({ of, isAuthorityKnown, expected }) => {
  const dir = mkdtempSync(path.join(tmpdir(), 'holdfast-dial-'));
  const authority = makeAuthority(dir);
  const { cert, key } = authority.sign('broker', of);
  const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) });
  try {
    const port = await listenOnLoopback(server);
    const tls: Partial<BrokerConfig> = {
      protocol: 'mqtts',
      caFile: isAuthorityKnown ? authority.cert : null,
    };
    const dialed = await dial(brokerConfig(port, tls), {
      clock: systemClock,
      signal: AbortSignal.timeout(10_000),
    });
    expect(dialed.ok ? 'ok' : dialed.trouble.code).toBe(expected);
    if (dialed.ok) dialed.stream.destroy();
  } finally {
    server.close();
    rmSync(dir, { recursive: true });
  }
});
