// Topic names: the one place that builds and parses them. Contract: who writes which is in docs/protocol.md.
import { COMMAND_ID_PATTERN, DEVICE_PATTERN, NAME_PATTERN } from './values/names.ts';

export const DEFAULT_TOPIC_PREFIX = 'holdfast/v1';
/** At most 7 slashes and 256 bytes: what every large broker carries. */
const MAX_SLASHES = 7;
const MAX_TOPIC_BYTES = 256;

/** Whom a document is for: one device, or all of a group. */
export type Addressee =
  | { readonly kind: 'device'; readonly device: string }
  | { readonly kind: 'group'; readonly group: string };

export type Topic =
  | { readonly kind: 'deployment'; readonly to: Addressee; readonly name: string }
  | { readonly kind: 'command'; readonly device: string; readonly id: string }
  | { readonly kind: 'presence'; readonly device: string }
  | { readonly kind: 'state'; readonly device: string }
  | { readonly kind: 'status'; readonly device: string; readonly name: string }
  | { readonly kind: 'events'; readonly device: string }
  | { readonly kind: 'reply'; readonly device: string; readonly id: string };

/** `devices/edge-01` or `groups/berlin`, as `--to` and a document's `target` write it. */
export function formatAddressee(to: Addressee): string {
  return to.kind === 'device' ? `devices/${to.device}` : `groups/${to.group}`;
}

/** Parses `devices/ID` or `groups/NAME`; `null` when it is neither. */
export function parseAddressee(text: string): Addressee | null {
  const [kind, name = '', ...rest] = text.split('/');
  if (rest.length > 0) return null;
  if (kind === 'devices' && DEVICE_PATTERN.test(name)) return { kind: 'device', device: name };
  if (kind === 'groups' && NAME_PATTERN.test(name)) return { kind: 'group', group: name };
  return null;
}

/** The topic below the prefix. */
function topicPath(topic: Topic): string {
  switch (topic.kind) {
    case 'deployment':
      return `${formatAddressee(topic.to)}/deployments/${topic.name}`;
    case 'command':
      return `devices/${topic.device}/commands/${topic.id}`;
    case 'status':
      return `devices/${topic.device}/status/${topic.name}`;
    case 'reply':
      return `devices/${topic.device}/replies/${topic.id}`;
    case 'presence':
    case 'state':
    case 'events':
      return `devices/${topic.device}/${topic.kind}`;
  }
}

export function formatTopic(prefix: string, topic: Topic): string {
  return `${prefix}/${topicPath(topic)}`;
}

/**
 * Parses a topic below `prefix`; `null` when it is not one of ours. A deployment's name is returned as it
 * came, also when it is no valid name, so that the sender can be told; every other part is checked.
 */
export function parseTopic(prefix: string, topic: string): Topic | null {
  if (!topic.startsWith(`${prefix}/`)) return null;
  const [root = '', owner = '', kind = '', leaf, ...rest] = topic.slice(prefix.length + 1).split('/');
  if (rest.length > 0) return null;
  const to = parseAddressee(`${root}/${owner}`);
  if (to === null) return null;
  if (kind === 'deployments' && leaf !== undefined) return { kind: 'deployment', to, name: leaf };
  return to.kind === 'device' ? parseDeviceTopic(to.device, kind, leaf) : null;
}

function parseDeviceTopic(device: string, kind: string, leaf: string | undefined): Topic | null {
  if (leaf === undefined) {
    return kind === 'presence' || kind === 'state' || kind === 'events' ? { kind, device } : null;
  }
  if (kind === 'status') return NAME_PATTERN.test(leaf) ? { kind, device, name: leaf } : null;
  if (!COMMAND_ID_PATTERN.test(leaf)) return null;
  if (kind === 'commands') return { kind: 'command', device, id: leaf };
  return kind === 'replies' ? { kind: 'reply', device, id: leaf } : null;
}

/**
 * Why a prefix cannot be used, or `null` when it can: the longest topic below it must fit the limits, and a dot is a
 * level's end to NATS and RabbitMQ.
 */
export function checkTopicPrefix(prefix: string): string | null {
  if (!/^[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)*$/.test(prefix)) {
    return 'a topic prefix of letters, digits, "_" or "-", with single slashes between, e.g. "holdfast/v1"';
  }
  const slashesBelow = 4;
  if (prefix.split('/').length - 1 + slashesBelow > MAX_SLASHES)
    return `at most ${MAX_SLASHES - slashesBelow} slashes`;
  const longestBelow = '/devices//deployments/'.length + 63 + 63;
  return prefix.length + longestBelow > MAX_TOPIC_BYTES
    ? `at most ${MAX_TOPIC_BYTES - longestBelow} bytes`
    : null;
}
