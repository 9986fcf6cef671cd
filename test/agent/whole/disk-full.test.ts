// The disk of the store is full, and then has room again: what runs goes on, what cannot be stored is told, and
// all comes to a good end with no restart of the agent.
import { expect } from 'vitest';
import type { EventBatch } from '../../../protocol/reports/events.ts';
import { DEFAULT_TOPIC_PREFIX, formatTopic } from '../../../protocol/topics.ts';
import { type DeploymentParts, deployment } from '../../fakes/deployments.ts';
import { programs } from '../../fakes/engine/programs.ts';
import type { World } from '../../fakes/world.ts';
import { test } from './world-test.ts';

const MINUTE_MS = 60_000;

/** The agent runs a first revision of `line`. */
async function converge(world: World, parts: Partial<DeploymentParts> = {}): Promise<void> {
  world.startAgent();
  world.publish(deployment({ revision: 1, ...parts }));
  await world.untilPhase('line', 'converged', { revision: 1 });
}

/** Not one byte more, until `free`. */
function fill(world: World): void {
  // Emptied, so that what is written next does not find room in the log that is there.
  world.database?.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  world.disk.capacityBytes = world.disk.usedBytes;
}

function free(world: World): void {
  world.disk.capacityBytes = Number.POSITIVE_INFINITY;
}

function livesOf(world: World): number {
  return world.trace.filter((line) => line.endsWith('agent: starts')).length;
}

function toldBatches({ broker, device }: World): EventBatch[] {
  const topic = formatTopic(DEFAULT_TOPIC_PREFIX, { kind: 'events', device });
  return broker.payloadsOf(topic).map((text): EventBatch => JSON.parse(text));
}

/** Every number up to the last that was told was told, or is marked as lost, and none means two events. */
function expectNoSilentGap(world: World): void {
  const told = new Map(world.toldEvents().map((event) => [event.seq, JSON.stringify(event)]));
  for (const event of world.toldEvents()) expect(JSON.stringify(event)).toBe(told.get(event.seq));
  const lost = toldBatches(world).flatMap((batch) => batch.lost ?? []);
  const isLost = (seq: number): boolean => lost.some(({ from, to }) => seq >= from && seq <= to);
  const last = Math.max(...told.keys());
  for (let seq = 1; seq <= last; seq += 1) expect([seq, told.has(seq) || isLost(seq)]).toEqual([seq, true]);
}

test('a document that cannot be stored is refused, and taken when there is room', async ({ makeWorld }) => {
  const world = makeWorld();
  await converge(world);
  fill(world);
  world.publish(deployment({ revision: 2 }));
  await world.until(() => world.status('line')?.refused?.code === 'no_space', { what: 'refused' });
  expect(world.status('line')?.refused).toMatchObject({ revision: 2 });
  await world.run(10 * MINUTE_MS);
  expect(world.up('line').map(({ spec }) => spec.revision)).toEqual([1]);
  free(world);
  await world.untilPhase('line', 'converged', { revision: 2 });
  expect(world.status('line')?.refused).toBeNull();
  expect(livesOf(world)).toBe(1);
  expectNoSilentGap(world);
});

test('a first document for a name that is not known yet is refused and taken all the same', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  world.startAgent();
  await world.run(MINUTE_MS);
  fill(world);
  world.publish(deployment({ revision: 1 }));
  await world.until(() => world.status('line')?.refused?.code === 'no_space', { what: 'refused' });
  expect(world.status('line')).toMatchObject({ phase: 'failed', reason: { code: 'no_space' } });
  free(world);
  await world.untilPhase('line', 'converged', { revision: 1 });
  expect(livesOf(world)).toBe(1);
});

for (const strategy of ['stop-first', 'start-first'] as const)
  for (const isBroken of [false, true])
    test(`an update ${strategy}${isBroken ? ' that is broken' : ''} waits wherever the disk is full, and goes on with room`, {
      timeout: 120_000,
    }, async ({ makeWorld }) => {
      const update = { strategy, healthy_after: '3s', deadline: '60s' };
      let isReached = true;
      for (let nth = 1; isReached; nth += 1) {
        const world = makeWorld({ seed: nth });
        await converge(world, { update });
        if (isBroken) world.programs.set('registry.test/app:2', programs.crashesAtOnce);
        const first = world.writes;
        let isFull = false;
        world.onWrite = (_name, count) => {
          if (isFull || count - first < nth) return;
          isFull = true;
          world.clock.schedule(0, () => fill(world));
        };
        world.publish(deployment({ revision: 2, update }));
        await world.run(5 * MINUTE_MS);
        isReached = isFull;
        if (!isBroken) expect(world.up('line').length).toBeGreaterThanOrEqual(1);
        free(world);
        const end = isBroken ? 'rolled_back' : 'converged';
        await world.untilPhase('line', end, { revision: 2 });
        await world.run(MINUTE_MS);
        expect(world.up('line').map(({ spec }) => spec.revision)).toEqual([isBroken ? 1 : 2]);
        expect(livesOf(world)).toBe(1);
        expect(world.fatal).toEqual([]);
        expectNoSilentGap(world);
        world.close();
      }
    });

test('what runs goes on, and a crash loop on a full disk does not end the agent', async ({ makeWorld }) => {
  const world = makeWorld();
  await converge(world);
  fill(world);
  for (const container of world.up('line')) container.crash(1);
  await world.until(() => world.status('line')?.reason?.code === 'no_space', { what: 'no_space is told' });
  await world.run(30 * MINUTE_MS);
  expect(world.up('line')).toHaveLength(1);
  free(world);
  await world.untilPhase('line', 'converged', { revision: 1 });
  expect(livesOf(world)).toBe(1);
  await world.run(MINUTE_MS);
  expectNoSilentGap(world);
});

test('an agent that starts on a full disk in the midst of a pull tells no number again, and later all', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  await converge(world);
  world.registry.push('registry.test/app:2', { sizeBytes: 1_000_000_000 });
  world.publish(deployment({ revision: 2 }));
  const progressOf = () => world.status('line')?.services.app?.progress?.current_bytes ?? 0;
  await world.until(() => progressOf() > 100_000_000, { what: 'progress is told' });
  world.powerCut();
  fill(world);
  await world.run(10 * MINUTE_MS);
  free(world);
  await world.untilPhase('line', 'converged', { revision: 2 });
  const numbers = world.toldStatuses('line').map(({ seq }) => seq);
  expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
});

test('an agent that starts on a full disk keeps what runs, and goes on with room', async ({ makeWorld }) => {
  const world = makeWorld();
  await converge(world);
  fill(world);
  world.powerCut();
  await world.run(10 * MINUTE_MS);
  expect(world.isAgentUp).toBe(true);
  expect(world.up('line')).toHaveLength(1);
  world.publish(deployment({ revision: 2 }));
  await world.run(5 * MINUTE_MS);
  expect(world.up('line').map(({ spec }) => spec.revision)).toEqual([1]);
  free(world);
  await world.untilPhase('line', 'converged', { revision: 2 });
  expect(livesOf(world)).toBe(2);
  expectNoSilentGap(world);
});
