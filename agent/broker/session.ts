// What a connection is begun with: who we are, what the broker says when we are gone, what we want to hear.

import { PRESENCE_SCHEMA, type Presence } from '../../protocol/reports/presence.ts';
import { formatTopic } from '../../protocol/topics.ts';

export interface Outgoing {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
}

export interface Session {
  readonly clientId: string;
  readonly username: string | null;
  readonly password: string | null;
  readonly will: Outgoing;
  readonly filters: readonly string[];
}

export function clientIdOf(device: string): string {
  return `holdfast-${device}`;
}

/** The topics that the manager writes for this device. */
export function subscriptionFilters(prefix: string, device: string, groups: readonly string[]): string[] {
  return [
    formatTopic(prefix, { kind: 'deployment', to: { kind: 'device', device }, name: '+' }),
    ...groups.map((group) =>
      formatTopic(prefix, { kind: 'deployment', to: { kind: 'group', group }, name: '+' }),
    ),
    formatTopic(prefix, { kind: 'command', device, id: '+' }),
  ];
}

export function presenceMessage(topic: string, presence: Omit<Presence, 'schema'>): Outgoing {
  return { topic, payload: JSON.stringify({ schema: PRESENCE_SCHEMA, ...presence }), retain: true };
}
