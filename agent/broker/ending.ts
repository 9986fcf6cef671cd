// How an attempt or a connection came to its end: all that the next try is decided from.
import type { BrokerTrouble } from '../ports/broker.ts';
import type { VersionVerdict } from './protocol-version.ts';

export interface Ending {
  readonly trouble: BrokerTrouble;
  readonly verdict: VersionVerdict;
  /** How long the subscriptions stood; `null` when it never came so far. */
  readonly upForMs: number | null;
}
