import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { type HomeAssistantFacts, messagesOf } from '../../../agent/home-assistant/messages.ts';
import { configTopic, stateTopic } from '../../../agent/home-assistant/topics.ts';
import { MAX_RETAINED_BYTES } from '../../../protocol/payload.ts';
import { makeDeployment } from '../cli/fixtures.ts';
import { deviceConfigSchema, updateStateSchema } from './documented.ts';

const DESIRED = { revision: 7, hash: 'sha256:77777777aaaa' };
const named = (deployment: string) =>
  makeDeployment({ deployment, phase: 'converged', desired: DESIRED, running: DESIRED });
const FACTS: HomeAssistantFacts = {
  prefix: 'homeassistant',
  device: 'edge-01',
  agentVersion: '1.2.3',
  presenceTopic: 'holdfast/v1/devices/edge-01/presence',
  statuses: [named('line'), named('web')],
  gone: [],
};

function told(changes: Partial<HomeAssistantFacts> = {}) {
  const facts = { ...FACTS, ...changes };
  const messages = messagesOf(facts);
  const config = messages.get(configTopic(facts));
  if (config === undefined) return { facts, messages, config: null };
  return { facts, messages, config: v.parse(deviceConfigSchema, JSON.parse(config)) };
}

test('a device is configured with an update entity per deployment, as documented', () => {
  const { messages, config, facts } = told();
  expect(config).toEqual({
    device: {
      identifiers: ['holdfast-edge-01'],
      name: 'edge-01',
      manufacturer: 'Holdfast',
      model: 'Holdfast device',
      sw_version: '1.2.3',
    },
    origin: { name: 'holdfast', sw_version: '1.2.3' },
    availability_topic: 'holdfast/v1/devices/edge-01/presence',
    availability_template: "{{ 'online' if value_json.online else 'offline' }}",
    qos: 1,
    components: {
      line: {
        platform: 'update',
        unique_id: 'holdfast_edge-01_line',
        name: 'line',
        state_topic: 'homeassistant/device/holdfast/edge-01/line/state',
        command_topic: 'homeassistant/device/holdfast/edge-01/line/install',
        payload_install: 'install',
      },
      web: expect.objectContaining({ name: 'web' }),
    },
  });
  expect([...messages.keys()]).toEqual([
    stateTopic(facts, 'line'),
    stateTopic(facts, 'web'),
    configTopic(facts),
  ]);
  const state = v.parse(updateStateSchema, JSON.parse(messages.get(stateTopic(facts, 'web')) ?? ''));
  expect(state).toMatchObject({ title: 'web', latest_version: '7' });
});

describe('no entity has', () => {
  test.each([
    ['a removed deployment', makeDeployment({ deployment: 'old', phase: 'removed', desired: DESIRED })],
    ['one of which no document was ever accepted', makeDeployment({ deployment: 'odd', desired: null })],
  ])('%s', (_what, status) => {
    expect(Object.keys(told({ statuses: [named('line'), status] }).config?.components ?? {})).toEqual([
      'line',
    ]);
    expect(told({ statuses: [status] }).messages.size).toBe(0);
  });
});

test('what has gone is named with its platform alone, unless it has come again', () => {
  const { config } = told({ gone: ['old', 'web'] });
  expect(config?.components.old).toEqual({ platform: 'update' });
  expect(config?.components.web).toHaveProperty('unique_id');
});

test('the longest names of as many deployments as there may be fit into one retained message', () => {
  const long = (index: number): string => String(index).padStart(63, 'x');
  const { config, messages } = told({
    ...{ prefix: 'p'.repeat(63), device: 'd'.repeat(63) },
    presenceTopic: 't'.repeat(256),
    statuses: Array.from({ length: 200 }, (_, index) => named(long(index))),
    gone: Array.from({ length: 64 }, (_, index) => long(index + 300)),
  });
  const components = Object.values(config?.components ?? {});
  expect(components.filter((component) => 'unique_id' in component)).toHaveLength(64);
  for (const [topic, payload] of messages) {
    expect(Buffer.byteLength(topic)).toBeLessThanOrEqual(256);
    expect(topic.split('/').length - 1).toBeLessThanOrEqual(7);
    expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(MAX_RETAINED_BYTES);
  }
});

test('the one template is the agent’s own, whatever a status says', () => {
  const attack = "{{ 'x' if true }}{% set a = 1 %}";
  const status = makeDeployment({
    ...{ deployment: 'line', phase: 'failed', desired: DESIRED, source: attack },
    reason: { code: attack, message: attack, hint: attack },
  });
  const { messages, facts } = told({ statuses: [status] });
  const all = [...messages.values()].join('\n').replace(/"availability_template":"[^"]*"/, '');
  expect(all).not.toMatch(/\{\{|\{%/);
  expect(messages.has(stateTopic(facts, 'line'))).toBe(true);
});
