import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  configTopic,
  deploymentOf,
  identifierOf,
  installFilter,
  installTopic,
  stateTopic,
  uniqueIdOf,
} from '../../../agent/home-assistant/topics.ts';
import { DEVICE_PATTERN, NAME_PATTERN } from '../../../protocol/values/names.ts';
import { readAsConfig } from './documented.ts';

const EDGE = { prefix: 'homeassistant', device: 'edge-01' };
// Short, and of few characters, so that what might be taken for another is often drawn.
const names = fc.stringMatching(/^[ab1][ab1_-]{0,4}$/).filter((name) => NAME_PATTERN.test(name));
const devices = fc.stringMatching(/^[ab1][ab1-]{0,4}$/).filter((name) => DEVICE_PATTERN.test(name));
const things = fc.tuple(devices, names);

test('are those of the documentation', () => {
  expect(configTopic(EDGE)).toBe('homeassistant/device/holdfast/edge-01/config');
  expect(stateTopic(EDGE, 'line')).toBe('homeassistant/device/holdfast/edge-01/line/state');
  expect(installTopic(EDGE, 'line')).toBe('homeassistant/device/holdfast/edge-01/line/install');
  expect(installFilter(EDGE)).toBe('homeassistant/device/holdfast/edge-01/+/install');
  expect(readAsConfig(configTopic(EDGE))).toBe(true);
});

test.each(['config', 'state', 'install', 'device', 'a_b', 'a-b'])(
  'a deployment called %s is told apart, and its topics are read as no configuration',
  (name) => {
    for (const kind of ['state', 'install'] as const) {
      const topic = kind === 'state' ? stateTopic(EDGE, name) : installTopic(EDGE, name);
      expect(deploymentOf(EDGE, topic, kind)).toBe(name);
      expect(readAsConfig(topic)).toBe(false);
    }
  },
);

describe('whatever devices and deployments are called', () => {
  test('ids have the characters that Home Assistant takes', () => {
    fc.assert(
      fc.property(devices, names, (device, name) => {
        expect(identifierOf(device)).toMatch(/^[a-zA-Z0-9_-]+$/);
        expect(uniqueIdOf(device, name)).toMatch(/^[a-zA-Z0-9_-]+$/);
        expect(stateTopic({ prefix: 'h', device }, name)).not.toMatch(/[+#\0]/);
      }),
    );
  });

  test('no two have the same id or topic', () => {
    fc.assert(
      fc.property(things, things, ([deviceA, nameA], [deviceB, nameB]) => {
        fc.pre(deviceA !== deviceB || nameA !== nameB);
        const [a, b] = [deviceA, deviceB].map((device) => ({ prefix: 'h', device }));
        expect(uniqueIdOf(deviceA, nameA)).not.toBe(uniqueIdOf(deviceB, nameB));
        if (a && b) expect(stateTopic(a, nameA)).not.toBe(stateTopic(b, nameB));
      }),
    );
  });

  test('the two that joined look alike have other ids', () => {
    expect(uniqueIdOf('a', 'b_c')).not.toBe(uniqueIdOf('a-b', 'c'));
    expect(uniqueIdOf('a', 'b-c')).not.toBe(uniqueIdOf('a-b', 'c'));
  });
});

test.each([
  ['another device', 'homeassistant/device/holdfast/edge-02/line/install'],
  ['another prefix', 'other/device/holdfast/edge-01/line/install'],
  ['no name', 'homeassistant/device/holdfast/edge-01/install'],
  ['a name with a level in it', 'homeassistant/device/holdfast/edge-01/a/b/install'],
  ['a name that is none', 'homeassistant/device/holdfast/edge-01/Über/install'],
  ['another end', 'homeassistant/device/holdfast/edge-01/line/state'],
  ['nothing at all', ''],
])('a topic of %s is none of its', (_what, topic) => {
  expect(deploymentOf(EDGE, topic, 'install')).toBeNull();
});
