import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Addressee,
  checkTopicPrefix,
  DEFAULT_TOPIC_PREFIX,
  formatAddressee,
  formatTopic,
  parseAddressee,
  parseTopic,
  type Topic,
} from '../../protocol/topics.ts';

const DEVICE = 'edge-01';

test.each<[string, Topic]>([
  [
    'devices/edge-01/deployments/hello',
    { kind: 'deployment', to: { kind: 'device', device: DEVICE }, name: 'hello' },
  ],
  [
    'groups/berlin_1/deployments/hello',
    { kind: 'deployment', to: { kind: 'group', group: 'berlin_1' }, name: 'hello' },
  ],
  ['devices/edge-01/commands/2026-1_a', { kind: 'command', device: DEVICE, id: '2026-1_a' }],
  ['devices/edge-01/presence', { kind: 'presence', device: DEVICE }],
  ['devices/edge-01/state', { kind: 'state', device: DEVICE }],
  ['devices/edge-01/status/hello', { kind: 'status', device: DEVICE, name: 'hello' }],
  ['devices/edge-01/events', { kind: 'events', device: DEVICE }],
  ['devices/edge-01/replies/2026-1_a', { kind: 'reply', device: DEVICE, id: '2026-1_a' }],
])('holdfast/v1/%s is built and parsed', (path, topic) => {
  expect(formatTopic(DEFAULT_TOPIC_PREFIX, topic)).toBe(`holdfast/v1/${path}`);
  expect(parseTopic(DEFAULT_TOPIC_PREFIX, `holdfast/v1/${path}`)).toEqual(topic);
});

const prefixes = fc.stringMatching(/^[A-Za-z0-9_-]{1,20}(\/[A-Za-z0-9_-]{1,20}){0,3}$/);
const devices = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,62}$/);
const names = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,62}$/).filter((name) => !isReserved(name));
const ids = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/);
const addressees: fc.Arbitrary<Addressee> = fc.oneof(
  devices.map((device) => ({ kind: 'device' as const, device })),
  names.map((group) => ({ kind: 'group' as const, group })),
);
const topics: fc.Arbitrary<Topic> = fc.oneof(
  fc.record({ kind: fc.constant('deployment' as const), to: addressees, name: names }),
  fc.record({ kind: fc.constant('status' as const), device: devices, name: names }),
  fc.record({ kind: fc.constantFrom('command' as const, 'reply' as const), device: devices, id: ids }),
  fc.record({
    kind: fc.constantFrom('presence' as const, 'state' as const, 'events' as const),
    device: devices,
  }),
);

test('parsing undoes building, for every topic below every prefix', () => {
  fc.assert(
    fc.property(prefixes, topics, (prefix, topic) => {
      expect(parseTopic(prefix, formatTopic(prefix, topic))).toEqual(topic);
    }),
  );
});

test('whatever parses is built again as it came', () => {
  const levels = fc.oneof(
    fc.constantFrom('devices', 'groups', 'deployments', 'commands', 'status', 'state', 'a', '', '+', '#'),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(levels, { maxLength: 6 }), (parts) => {
      const text = ['holdfast/v1', ...parts].join('/');
      const topic = parseTopic('holdfast/v1', text);
      if (topic !== null) expect(formatTopic('holdfast/v1', topic)).toBe(text);
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['the prefix alone', 'holdfast/v1'],
  ['the prefix and a slash', 'holdfast/v1/'],
  ['another prefix', 'holdfast/v2/devices/edge-01/state'],
  ['a prefix that only begins alike', 'holdfast/v10/devices/edge-01/state'],
  ['a topic with no prefix', 'devices/edge-01/state'],
  ['a device with capitals', 'holdfast/v1/devices/Edge/state'],
  ['a device of 64 letters', `holdfast/v1/devices/${'a'.repeat(64)}/state`],
  ['an empty device', 'holdfast/v1/devices//state'],
  ['a wildcard for the device', 'holdfast/v1/devices/+/state'],
  ['a wildcard for the rest', 'holdfast/v1/devices/#'],
  ['a path upwards', 'holdfast/v1/devices/../state'],
  ['a level too many', 'holdfast/v1/devices/edge-01/state/x'],
  ['a level too many below deployments', 'holdfast/v1/devices/edge-01/deployments/a/b'],
  ['a level too few', 'holdfast/v1/devices/edge-01/status'],
  ['a status with a name that is none', 'holdfast/v1/devices/edge-01/status/A'],
  ['a command with an empty id', 'holdfast/v1/devices/edge-01/commands/'],
  ['a command for a group', 'holdfast/v1/groups/berlin/commands/1'],
  ['a state of a group', 'holdfast/v1/groups/berlin/state'],
  ['a leaf that every object has', 'holdfast/v1/devices/edge-01/constructor'],
  ['a root that is none', 'holdfast/v1/fleets/berlin/deployments/a'],
  ['a line end in a name', 'holdfast/v1/devices/edge-01\n/state'],
  ['half a surrogate pair', 'holdfast/v1/devices/\ud800/state'],
])('%s is no topic of ours', (_title, topic) => {
  expect(parseTopic('holdfast/v1', topic)).toBeNull();
});

test.each(['', 'UPPER', '+', 'a b', '\u0000', '__proto__', 'x'.repeat(200)])(
  'a deployment named %j is handed on as it came, so that its sender can be told',
  (name) => {
    const to = { kind: 'device', device: DEVICE };
    const topic = `holdfast/v1/devices/edge-01/deployments/${name}`;
    expect(parseTopic('holdfast/v1', topic)).toEqual({ kind: 'deployment', to, name });
  },
);

test('an addressee is written and read as --to writes it', () => {
  fc.assert(
    fc.property(addressees, (to) => {
      expect(parseAddressee(formatAddressee(to))).toEqual(to);
    }),
  );
});

test.each(['', 'devices', 'devices/', 'groups/Berlin', 'device/a', 'devices/a/b', '/devices/a', 'groups/a/'])(
  '%j is no addressee',
  (text) => {
    expect(parseAddressee(text)).toBeNull();
  },
);

const LONGEST: readonly Topic[] = (['device', 'group'] as const).flatMap((kind) => {
  const [device, name, id] = ['d'.repeat(63), 'n'.repeat(63), 'i'.repeat(63)];
  const to: Addressee = kind === 'device' ? { kind, device } : { kind, group: name };
  return [
    { kind: 'deployment', to, name },
    { kind: 'status', device, name },
    { kind: 'command', device, id },
    { kind: 'reply', device, id },
    { kind: 'presence', device },
    { kind: 'state', device },
    { kind: 'events', device },
  ] satisfies Topic[];
});

test.each([
  ['three slashes', `a/b/c/${'d'.repeat(102)}`],
  ['no slash', 'p'.repeat(108)],
])('the longest names below the longest prefix with %s keep to 7 slashes and 256 bytes', (_title, prefix) => {
  expect(checkTopicPrefix(prefix)).toBeNull();
  const built = LONGEST.map((topic) => formatTopic(prefix, topic));
  for (const topic of built) {
    expect(topic.split('/').length - 1).toBeLessThanOrEqual(7);
    expect(Buffer.byteLength(topic)).toBeLessThanOrEqual(256);
  }
  expect(Math.max(...built.map((topic) => topic.length))).toBe(256);
  expect(checkTopicPrefix(`${prefix}x`)).toContain('at most 108 bytes');
});

test('every prefix that is allowed keeps the longest topics within the limits', () => {
  const any = fc.oneof(prefixes, fc.stringMatching(/^[a-z/.]{1,150}$/));
  fc.assert(
    fc.property(any, (prefix) => {
      fc.pre(checkTopicPrefix(prefix) === null);
      for (const topic of LONGEST.map((longest) => formatTopic(prefix, longest))) {
        expect(topic.split('/').length).toBeLessThanOrEqual(8);
        expect(Buffer.byteLength(topic)).toBeLessThanOrEqual(256);
      }
    }),
  );
});

test.each(['holdfast/v1', 'a', 'acme/plant-3/holdfast/v1', 'A_b-c'])(
  'the prefix %s can be used',
  (prefix) => {
    expect(checkTopicPrefix(prefix)).toBeNull();
  },
);

test.each([
  ['nothing', '', /a topic prefix of/],
  ['a slash before', '/a', /single slashes between/],
  ['a slash after', 'a/', /single slashes between/],
  ['two slashes', 'a//b', /single slashes between/],
  ['a wildcard', 'a/+', /a topic prefix of/],
  ["a broker's own tree", '$SYS/a', /a topic prefix of/],
  ['a blank', 'a b', /a topic prefix of/],
  ['a dot, which some brokers read as a slash', 'a.b/c', /a topic prefix of/],
  ['another script', 'größe', /a topic prefix of/],
  ['a line end', 'a\n', /a topic prefix of/],
  ['four slashes', 'a/b/c/d/e', /^at most 3 slashes$/],
  ['109 bytes', 'a'.repeat(109), /^at most 108 bytes$/],
])('%s cannot be used as a prefix', (_title, prefix, why) => {
  expect(checkTopicPrefix(prefix)).toMatch(why);
});

function isReserved(name: string): boolean {
  return name === 'constructor' || name === 'prototype';
}
