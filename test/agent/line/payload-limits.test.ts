// What the large brokers carry (AWS IoT Core, Azure Event Grid), held against all that a device says over a long
// and bad run, with the longest names that are allowed.
import { expect, test as plainTest } from 'vitest';
import { MAX_PAYLOAD_BYTES, MAX_RETAINED_BYTES } from '../../../protocol/payload.ts';
import { checkTopicPrefix, formatTopic, type Topic } from '../../../protocol/topics.ts';
import { deployment, PROBE } from '../../fakes/deployments.ts';
import { programs } from '../../fakes/engine/programs.ts';
import type { World } from '../../fakes/world.ts';
import { test } from '../whole/world-test.ts';

const MAX_SLASHES = 7;
const MAX_TOPIC_BYTES = 256;
const LONGEST = 63;
const DEVICE = 'd'.repeat(LONGEST);
const GROUPS = ['g', 'h', 'i'].map((letter) => letter.repeat(LONGEST));

const ANSWER = /\/(?:status|replies)\/[^/]+$/;

/** `n-xxxx…`, as long as a name may be. */
function longName(index: number): string {
  return `${index}-`.padEnd(LONGEST, 'x');
}

function expectToFit(topic: string): void {
  expect(topic.split('/').length - 1, topic).toBeLessThanOrEqual(MAX_SLASHES);
  expect(Buffer.byteLength(topic), topic).toBeLessThanOrEqual(MAX_TOPIC_BYTES);
}

/** What passes a limit, by topic; empty when all is well. */
function tooLarge(world: World): string[] {
  return world.broker.taken
    .filter(({ from }) => from !== 'manager')
    .filter(
      ({ payload, retain }) => Buffer.byteLength(payload) > (retain ? MAX_RETAINED_BYTES : MAX_PAYLOAD_BYTES),
    )
    .map(({ topic, payload }) => `${topic}: ${Buffer.byteLength(payload)} bytes`);
}

plainTest('every topic below the longest prefix that is taken fits', () => {
  const prefixes = ['p'.repeat(300), `p/p/p/${'p'.repeat(300)}`].map((text) => {
    const length = Array.from(text, (_, index) => index + 1).findLast(
      (end) => checkTopicPrefix(text.slice(0, end)) === null,
    );
    return text.slice(0, length);
  });
  const [device, name, id, group] = [DEVICE, longName(1), 'c'.repeat(LONGEST), GROUPS[0] ?? ''];
  const topics: Topic[] = [
    { kind: 'deployment', to: { kind: 'device', device }, name },
    { kind: 'deployment', to: { kind: 'group', group }, name },
    { kind: 'command', device, id },
    { kind: 'reply', device, id },
    { kind: 'status', device, name },
    { kind: 'presence', device },
    { kind: 'state', device },
    { kind: 'events', device },
  ];
  expect(prefixes.map((prefix) => prefix.length)).toEqual([108, 108]);
  for (const prefix of prefixes) for (const topic of topics) expectToFit(formatTopic(prefix, topic));
});

test('an hour of a service that fails, a third of it with no broker', { timeout: 60_000 }, async ({
  makeWorld,
}) => {
  const world = makeWorld({ device: DEVICE, groups: GROUPS });
  const name = longName(0);
  world.programs.set('registry.test/app:1', programs.crashesAtOnce);
  world.startAgent();
  world.publish(deployment({ revision: 1, name }), { kind: 'group', group: GROUPS[0] ?? '' });
  await world.run(20 * 60_000);
  world.broker.goDown({ isForgetful: true });
  await world.run(20 * 60_000);
  world.broker.comeUp();
  await world.run(20 * 60_000);
  expect((await world.localStatus()).outbox).toEqual({ events: 0, statuses: 0 });
  for (const { topic } of world.broker.taken) expectToFit(topic);
  expect(tooLarge(world)).toEqual([]);
});

test('a hundred services that fail, with the longest names', { timeout: 60_000 }, async ({ makeWorld }) => {
  const world = makeWorld({ device: DEVICE, groups: GROUPS });
  const image = `registry.test/${'i'.repeat(200)}:1`;
  world.programs.set(image, programs.crashesAtOnce);
  const services = Object.fromEntries(
    Array.from({ length: 100 }, (_, index) => [longName(index), { image, probe: PROBE }]),
  );
  world.startAgent();
  world.publish(deployment({ revision: 1, name: longName(0), services }));
  await world.until(() => world.status(longName(0))?.shortened === true, { maxMs: 60_000 });
  await world.run(5000);
  expect(tooLarge(world)).toEqual([]);
});

test('more deployments than anybody has, refused ones among them', { timeout: 60_000 }, async ({
  makeWorld,
}) => {
  const world = makeWorld({ device: DEVICE, groups: GROUPS });
  world.startAgent();
  for (let index = 0; index < 800; index += 1) {
    const state = index % 2 === 0 ? 'absent' : 'gone';
    world.publish(deployment({ revision: 1, name: longName(index), state }));
  }
  await world.run(10 * 60_000);
  expect(tooLarge(world)).toEqual([]);
});

test('documents made to be answered at length', { timeout: 60_000 }, async ({ makeWorld }) => {
  const world = makeWorld({ device: DEVICE, groups: GROUPS });
  world.startAgent();
  await world.run(5000);
  const long = '"\u0001\u{1f600}'.repeat(5000);
  const hostile = [
    { [long]: 1 },
    { state: long },
    { name: long },
    { revision: long },
    { services: { [long]: { image: long } } },
    { services: { app: { image: long, [long]: long } } },
    { services: { app: { image: 'registry.test/app:1', environment: { [long]: 1 } } } },
    { services: Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`s${index}`, {}])) },
  ];
  for (const [index, parts] of hostile.entries()) {
    const name = longName(index);
    world.publish({ ...deployment({ revision: 1, name }), ...parts, name: parts.name ?? name });
    world.broker.publish(
      formatTopic('holdfast/v1', { kind: 'deployment', to: { kind: 'device', device: DEVICE }, name }),
      JSON.stringify({ ...deployment({ revision: 1, name }), ...parts }),
      { retain: true },
    );
    world.broker.publish(
      formatTopic('holdfast/v1', { kind: 'command', device: DEVICE, id: `c${index}` }),
      JSON.stringify({
        schema: 'holdfast.command/1',
        id: `c${index}`,
        verb: 'retry',
        args: { [long]: long },
      }),
    );
    world.broker.publish(
      formatTopic('holdfast/v1', { kind: 'command', device: DEVICE, id: `d${index}` }),
      JSON.stringify({ schema: long, id: `d${index}`, verb: long, args: { deployment: long } }),
    );
  }
  await world.run(60_000);
  const answered = new Set(
    world.broker.taken.map(({ topic }) => topic).filter((topic) => ANSWER.test(topic)),
  );
  expect(answered.size).toBe(3 * hostile.length);
  expect(tooLarge(world)).toEqual([]);
});
