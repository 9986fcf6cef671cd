// How an attempt or a connection came to its end: all that the next try is decided from.
// Tested in test/lib/mqtt/retry.test.ts.
import type { VersionResult } from './protocol-version.ts';
import type { Trouble } from './trouble.ts';

export interface Ending {
  readonly trouble: Trouble;
  readonly verdict: VersionResult;
  /** How long the subscriptions stood; `null` when it never came so far. */
  readonly upForMs: number | null;
}

/** Of an attempt that came to no answer of the broker's. */
export function neverUp(trouble: Trouble): Ending {
  return { trouble, verdict: 'unknown', upForMs: null };
}

/** Of a connection in the clear: a port for TLS ends it without a word. */
export function suspectTls(ending: Ending): Ending {
  if (ending.verdict !== 'silent') return ending;
  return { ...ending, trouble: { kind: 'suspected', of: 'tls', behind: ending.trouble } };
}
