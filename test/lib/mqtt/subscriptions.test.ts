import { afterEach, beforeEach, expect, test } from 'vitest';
import { Subscriptions } from '../../../lib/mqtt/subscriptions.ts';
import { loudTasks } from '../../fakes/loud-tasks.ts';
import { silent } from '../../fakes/silent-logger.ts';
import { clockBesideSockets, type VirtualClock } from '../../fakes/virtual-clock.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let clock: VirtualClock;
let over: AbortController;
/** What was asked for and when, in minutes. */
let asked: [filter: string, atMinutes: number][];
/** What the broker refuses. */
let refused: Set<string>;
/** Called with each SUBSCRIBE, before it is answered. */
let onAsk: (subscriptions: Subscriptions) => void;
beforeEach(() => {
  clock = clockBesideSockets();
  over = new AbortController();
  asked = [];
  refused = new Set();
  onAsk = () => undefined;
});
afterEach(() => {
  over.abort();
  expect(clock.pendingCount).toBe(0);
});

/** With nothing left to chance: every pause is as long as it can be. */
async function open(...filters: string[]): Promise<Subscriptions> {
  const subscriptions = new Subscriptions({
    ...{ filters, clock, random: () => 1, tasks: loudTasks, logger: silent, signal: over.signal },
    subscribe: async (filter) => {
      asked.push([filter, clock.monotonicMs() / MINUTE_MS]);
      onAsk(subscriptions);
      return !refused.has(filter);
    },
  });
  await subscriptions.open();
  void subscriptions.keep();
  return subscriptions;
}

function burst(subscriptions: Subscriptions): void {
  for (let message = 0; message < 1000; message += 1) subscriptions.noteMessage();
}

const timesOf = (filter: string): number[] => asked.filter(([of]) => of === filter).map(([, at]) => at);

test('a filter that is refused is asked for again, ever later, while the others stand', async () => {
  refused.add('a/+');
  const subscriptions = await open('a/+', 'b/+');
  expect(subscriptions.refused()).toEqual(['a/+']);
  await clock.advance(HOUR_MS);
  const pausesS = timesOf('a/+').map((at, index, all) => Math.round((at - (all[index - 1] ?? 0)) * 60));
  expect(pausesS).toEqual([0, 5, 10, 20, 40, 80, 160, 320, 600, 600, 600, 600]);
  expect(timesOf('b/+')).toEqual([0]);
});

test('once it is granted it is refused no more, and asked for as seldom as the others', async () => {
  refused.add('a/+');
  const subscriptions = await open('a/+');
  refused.clear();
  await clock.advance(5000);
  expect(subscriptions.refused()).toEqual([]);
  await clock.advance(HOUR_MS);
  expect(timesOf('a/+')).toHaveLength(2);
});

test('what is granted is asked for again within ninety minutes, each filter at a time of its own', async () => {
  await open('a/+', 'b/+');
  await clock.advance(6 * HOUR_MS);
  expect(timesOf('a/+')).toEqual([0, 90, 180, 270, 360]);
});

test('one that is refused when it is asked for again is told, and asked for soon', async () => {
  const subscriptions = await open('a/+');
  refused.add('a/+');
  await clock.advance(1.5 * HOUR_MS);
  expect(subscriptions.refused()).toEqual(['a/+']);
  await clock.advance(5000);
  expect(timesOf('a/+')).toHaveLength(3);
});

test('after a burst all is read again within a minute', async () => {
  const subscriptions = await open('a/+', 'b/+');
  await clock.advance(10 * MINUTE_MS);
  burst(subscriptions);
  await clock.advance(MINUTE_MS);
  expect([timesOf('a/+'), timesOf('b/+')]).toEqual([
    [0, 11],
    [0, 11],
  ]);
});

test('a trickle is no burst', async () => {
  const subscriptions = await open('a/+');
  for (let minute = 0; minute < 60; minute += 1) {
    for (let message = 0; message < 20; message += 1) subscriptions.noteMessage();
    await clock.advance(MINUTE_MS);
  }
  expect(timesOf('a/+')).toEqual([0]);
});

test('where each reading is a burst itself the next comes ever later, and no storm begins', async () => {
  onAsk = burst;
  await open('a/+');
  await clock.advance(6 * HOUR_MS);
  const times = timesOf('a/+').map(Math.round);
  expect(times.slice(0, 7)).toEqual([0, 1, 3, 7, 15, 31, 63]);
  expect(times).toHaveLength(7 + 4);
});

test('a burst leaves a filter alone that is refused', async () => {
  refused.add('a/+');
  const subscriptions = await open('a/+');
  await clock.advance(55 * MINUTE_MS);
  const before = asked.length;
  burst(subscriptions);
  await clock.advance(MINUTE_MS);
  expect(asked).toHaveLength(before);
});
