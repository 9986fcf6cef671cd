// Addresses that nobody outside this machine can reach.
// Tested in test/agent/doors/page/guard.test.ts.
import { isIPv4 } from 'node:net';

/** `127.0.0.0/8`, `::1` and `localhost`, in lower case. */
export function isLoopback(host: string): boolean {
  return host === '::1' || host === 'localhost' || (isIPv4(host) && host.startsWith('127.'));
}
