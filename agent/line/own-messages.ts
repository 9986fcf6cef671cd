// What a device is called at its broker, what it listens to there, and what it says of its own presence.
// Tested in test/agent/line/broker-line.test.ts.

import type { Outgoing } from '../../lib/mqtt/message.ts';
import { PRESENCE_SCHEMA, type Presence } from '../../protocol/reports/presence.ts';
import { formatTopic } from '../../protocol/topics.ts';

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
