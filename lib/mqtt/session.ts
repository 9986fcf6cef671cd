// What a connection is begun with: who we are, what the broker says when we are gone, what we want to hear.
import type { Outgoing } from './message.ts';

export interface Session {
  readonly clientId: string;
  readonly username: string | null;
  readonly password: string | null;
  /** What the broker publishes when the connection breaks; `null` for nothing. */
  readonly will: Outgoing | null;
  /** Subscribed to, each until it is granted and then again now and then. */
  readonly filters: readonly string[];
  /** A ping after so long without another packet. */
  readonly keepaliveS: number;
  /** What the broker keeps of us over a lost connection; `null` for nothing. */
  readonly kept: KeptSession | null;
}

/** Subscriptions, and messages that come for them. The numbers are told with MQTT 5 only. */
export interface KeptSession {
  readonly expiryS: number;
  /** How many messages the broker may have under way to us at a time. */
  readonly receiveMaximum: number;
}
