import { expect, test } from 'vitest';
import { type ClockJump, newAgentState } from '../../../agent/notices/agent-state.ts';
import { ClockWatch } from '../../../agent/report/clock-watch.ts';
import { MemoryHost } from '../../fakes/memory-host.ts';
import { VirtualClock } from '../../fakes/virtual-clock.ts';

function makeWatch(wallTime = '2026-11-23T00:00:00.000Z') {
  const clock = new VirtualClock(wallTime);
  const host = new MemoryHost(clock);
  const jumps: ClockJump[] = [];
  let changes = 0;
  const { clock: state } = newAgentState();
  const watch = new ClockWatch({
    clock,
    host,
    state,
  });
  state.watch((now, before) => {
    if (now.lastJump !== null && now.lastJump !== before.lastJump) jumps.push(now.lastJump);
    else changes += 1;
  });
  return { clock, host, watch, state, jumps, changes: () => changes };
}

test('a clock that is never set makes no news', async () => {
  const { clock, watch, state, jumps, changes } = makeWatch();
  for (let n = 0; n < 100; n += 1) {
    await clock.advance(3_600_000);
    watch.look();
  }
  expect([jumps, changes(), state.value.lastJump]).toEqual([[], 0, null]);
});

const settings: readonly [string, string, number][] = [
  ['a year on', '2027-11-23T00:01:00.000Z', 365 * 86_400_000],
  ['a year back', '2025-11-23T00:01:00.000Z', -365 * 86_400_000],
  ['by five seconds', '2026-11-23T00:01:05.000Z', 5000],
];
test.each(settings)(
  'a clock that is set %s is told once, by how much and to when',
  async (_title, to, byMs) => {
    const { clock, watch, state, jumps } = makeWatch();
    await clock.advance(60_000);
    clock.setWallTime(to);
    watch.look();
    watch.look();
    expect(jumps).toEqual([{ byMs, at: to }]);
    expect(state.value.lastJump).toEqual({ byMs, at: to });
  },
);

test('a small correction is no jump', async () => {
  const { clock, watch, jumps } = makeWatch();
  clock.setWallTime('2026-11-23T00:00:04.000Z');
  watch.look();
  expect(jumps).toEqual([]);
});

test('a clock that runs backwards is told every ten minutes, and no oftener', async () => {
  const { clock, watch, jumps } = makeWatch();
  for (let second = 0; second < 3600; second += 10) {
    await clock.advance(10_000);
    clock.setWallTime(new Date(clock.wallTime().getTime() - 20_000).toISOString());
    watch.look();
  }
  expect(jumps.length).toBe(6);
  const allMs = jumps.reduce((sum, { byMs }) => sum + byMs, 0);
  expect(allMs).toBeLessThanOrEqual(-3000 * 2000);
});

test('a clock that becomes synchronised is told as a change', () => {
  const { clock, watch, changes } = makeWatch('1970-01-01T00:00:10.000Z');
  watch.look();
  expect(changes()).toBe(0);
  clock.setWallTime('2026-11-23T00:00:00.000Z');
  watch.look();
  watch.look();
  expect(changes()).toBe(1);
});
