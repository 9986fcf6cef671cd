// How an attempt or a connection came to its end: all that the next try is decided from.

import type { VersionVerdict } from './protocol-version.ts';
import type { BrokerTrouble } from './trouble.ts';

export interface Ending {
  readonly trouble: BrokerTrouble;
  readonly verdict: VersionVerdict;
  /** Whether it is known why. A bare close is not: with MQTT 3.1.1 a take-over is one. */
  readonly isExplained: boolean;
  /** How long the subscriptions stood; `null` when it never came so far. */
  readonly upForMs: number | null;
}

/** A port for TLS ends a connection in the clear without a word. */
export function suspectTls(ending: Ending): Ending {
  if (ending.verdict !== 'silent') return ending;
  const message = `${ending.trouble.message}; does it want TLS on this port (mqtts:// in broker.url)?`;
  return { ...ending, trouble: { ...ending.trouble, message } };
}
