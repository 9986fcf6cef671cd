import { expect, test } from 'vitest';
import { StallWatch } from '../../../agent/loop/stall-watch.ts';
import { silent } from '../../fakes/silent-logger.ts';
import { VirtualClock } from '../../fakes/virtual-clock.ts';

/** A clock whose sleeps all come so much late, as those of a process that stood still. */
function setUp() {
  const world = new VirtualClock();
  const late = { ms: 0 };
  const clock = {
    monotonicMs: () => world.monotonicMs(),
    wallTime: () => world.wallTime(),
    sleep: (ms: number, signal: AbortSignal) => world.sleep(ms + late.ms, signal),
  };
  const watch = new StallWatch(clock, silent);
  const ending = new AbortController();
  const running = watch.run(ending.signal);
  const end = async (): Promise<void> => {
    ending.abort();
    await running;
  };
  return { world, late, watch, end };
}

const NEVER = Number.NEGATIVE_INFINITY;

test('a process that runs has no stall', async () => {
  const { world, watch, end } = setUp();
  await world.advance(600_000);
  expect(watch.lastStallMs()).toBe(NEVER);
  await end();
  expect(world.pendingCount).toBe(0);
});

test.each([
  [4900, false],
  [5000, true],
  [3_600_000, true],
])('a beat that is %i ms late: a stall is %s', async (lateMs, isStall) => {
  const { world, late, watch, end } = setUp();
  await world.advance(5000);
  late.ms = lateMs;
  await world.advance(5000);
  late.ms = 0;
  await world.advance(lateMs + 5000);
  expect(watch.lastStallMs()).toBe(isStall ? 15_000 + lateMs : NEVER);
  await end();
});

test('a stall is known before the late beat has come, and is counted once', async () => {
  const { world, late, watch, end } = setUp();
  late.ms = 20_000;
  await world.advance(5000);
  await world.advance(15_000);
  expect(watch.lastStallMs()).toBe(20_000);
  await world.advance(9000);
  expect(watch.lastStallMs()).toBe(20_000);
  await end();
});
