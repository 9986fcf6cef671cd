// What a connection is begun with: who we are, what the broker says when we are gone, what we want to hear.

import type { Outgoing } from './message.ts';

export interface Session {
  readonly clientId: string;
  readonly username: string | null;
  readonly password: string | null;
  readonly will: Outgoing;
  readonly filters: readonly string[];
}
