// Weeks with no broker, and what comes of them when there is one again.
import { describe, expect } from 'vitest';
import { BURST_BYTES, BYTES_PER_SECOND } from '../../../agent/report/pace.ts';
import type { Event, EventBatch } from '../../../protocol/reports/events.ts';
import { DEFAULT_TOPIC_PREFIX, formatTopic } from '../../../protocol/topics.ts';
import { deployment } from '../../fakes/deployments.ts';
import type { Taken } from '../../fakes/memory-broker.ts';
import type { World } from '../../fakes/world.ts';
import { test } from './world-test.ts';

const DAY_MS = 24 * 3_600_000;
/** Longer than what `World.skip` leaves out. */
const SAMPLE_MS = 16 * 60_000;
const SAMPLES_A_DAY = DAY_MS / SAMPLE_MS;

/** What the broker took from the device since, oldest first. */
function listen(world: World): Taken[] {
  const taken: Taken[] = [];
  world.broker.onTaken = (message) => {
    if (message.from !== 'manager') taken.push(message);
  };
  return taken;
}

function batchesIn(world: World, taken: readonly Taken[]): (EventBatch & { atMs: number; bytes: number })[] {
  const topic = formatTopic(DEFAULT_TOPIC_PREFIX, { kind: 'events', device: world.device });
  return taken
    .filter((message) => message.topic === topic)
    .map(({ payload, atMs }) => ({ ...JSON.parse(payload), atMs, bytes: Buffer.byteLength(payload) }));
}

/** The numbers after `before` that none of the events has. */
function missingIn(events: readonly Event[], before: number): number[] {
  const told = new Set(events.map(({ seq }) => seq));
  const all = Array.from({ length: Math.max(...told) - before }, (_, index) => before + 1 + index);
  return all.filter((seq) => !told.has(seq));
}

function isWithin(seq: number, lost: EventBatch['lost']): boolean {
  return lost !== undefined && lost.from <= seq && seq <= lost.to;
}

/** The device is alone for so many days, and each day a container is killed by hand. */
async function spendOffline(world: World, days: number): Promise<void> {
  for (let day = 0; day < days; day += 1) {
    const [container] = world.up(day % 2 === 0 ? 'line' : 'other');
    container?.crash(137);
    await world.run(60_000);
    const endMs = (day + 1) * DAY_MS;
    for (let atMs = day * DAY_MS; atMs < endMs; ) {
      const skippedMs = world.skip(endMs - atMs);
      await world.run(100);
      atMs += skippedMs + 100;
    }
  }
}

/** Two deployments run, and then the broker is gone; the number of the last event that it got. */
async function goOffline(world: World): Promise<number> {
  world.startAgent();
  for (const name of ['line', 'other']) world.publish(deployment({ revision: 1, name }));
  for (const name of ['line', 'other']) await world.untilPhase(name, 'converged');
  await world.run(60_000);
  const last = world.toldEvents().at(-1)?.seq ?? 0;
  world.broker.goDown();
  return last;
}

/** The broker is back, and gets all that waited for it. */
async function drain(world: World): Promise<Taken[]> {
  const taken = listen(world);
  world.broker.comeUp();
  await world.until(() => world.store?.countEvents() === 0 && taken.length > 0, {
    maxMs: DAY_MS,
    what: 'the outbox is empty',
  });
  return taken;
}

describe('after four weeks with no broker', () => {
  test('everything comes in order, at a bounded rate, the newest statuses before it', async ({
    makeWorld,
  }) => {
    const world = makeWorld({ report: { sampleIntervalMs: SAMPLE_MS } });
    const before = await goOffline(world);
    await spendOffline(world, 28);
    const taken = await drain(world);
    const batches = batchesIn(world, taken);
    const seqs = batches.flatMap(({ events }) => events.map(({ seq }) => seq));
    expect(seqs).toEqual(Array.from(seqs, (_, index) => before + 1 + index));
    expect(batches.filter(({ lost }) => lost !== undefined)).toEqual([]);
    const samples = batches.flatMap(({ events }) => events.filter(({ type }) => type === 'sample'));
    expect(samples.length).toBeGreaterThan(27 * SAMPLES_A_DAY);
    const firstMs = batches[0]?.atMs ?? 0;
    let bytes = 0;
    for (const batch of batches) {
      bytes += batch.bytes;
      const credit = BURST_BYTES + ((batch.atMs - firstMs) / 1000) * BYTES_PER_SECOND;
      expect(bytes).toBeLessThan(credit + 20 * 1024);
    }
    const topics = taken.map(({ topic }) => topic.split('/devices/edge-01/')[1]);
    const reports = topics.filter((topic) => topic !== 'presence');
    expect(reports.slice(0, 4)).toEqual(['status/other', 'status/line', 'state', 'events']);
  });

  test('an outbox of a quarter megabyte has all that happened, and of the samples the newest and some of the older', async ({
    makeWorld,
  }) => {
    const world = makeWorld({ report: { sampleIntervalMs: SAMPLE_MS, outboxBytes: 256 * 1024 } });
    const before = await goOffline(world);
    await spendOffline(world, 28);
    const batches = batchesIn(world, await drain(world));
    const events = batches.flatMap((batch) => batch.events);
    const missing = missingIn(events, before);
    expect(missing.length).toBeGreaterThan(SAMPLES_A_DAY);
    for (const seq of missing) expect(batches.some(({ lost }) => isWithin(seq, lost))).toBe(true);
    expect(events.filter(({ type }) => type === 'service_failed')).toHaveLength(28);
    const samples = events.filter(({ type }) => type === 'sample').map(({ at }) => Date.parse(at));
    const lastMs = samples.at(-1) ?? 0;
    expect(lastMs - (samples[0] ?? 0)).toBeGreaterThan(27 * DAY_MS);
    expect(samples.filter((atMs) => lastMs - atMs < DAY_MS)).toHaveLength(SAMPLES_A_DAY);
  });
});

test('a power cut takes the samples of an hour at most, and they are marked as lost', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  const before = await goOffline(world);
  await world.run(3 * 3_600_000);
  const cutMs = world.clock.wallTime().getTime();
  const taken = listen(world);
  world.powerCut();
  world.broker.comeUp();
  await world.until(() => world.isAgentUp && batchesIn(world, taken).length > 0);
  await world.run(60_000);
  const batches = batchesIn(world, taken);
  const events = batches.flatMap((batch) => batch.events);
  const samples = events.filter(({ type }) => type === 'sample').map(({ at }) => Date.parse(at));
  expect(samples.length).toBeGreaterThanOrEqual(8);
  expect(cutMs - (samples.at(-1) ?? 0)).toBeLessThanOrEqual(75 * 60_000);
  const missing = missingIn(events, before);
  for (const seq of missing) expect(batches.some(({ lost }) => isWithin(seq, lost))).toBe(true);
});
