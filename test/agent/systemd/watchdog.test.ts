import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProgressWatchdog } from '../../../agent/systemd/watchdog.ts';

function makeWatchdog(options: { intervalMs: number | null }) {
  const pings: number[] = [];
  const time = { nowMs: 0 };
  const clock = { monotonicMs: () => time.nowMs };
  const notifier = { watchdogPing: () => pings.push(time.nowMs) };
  const watchdog = new ProgressWatchdog({ clock, notifier, ...options });
  const noteAt = (ms: number) => {
    time.nowMs = ms;
    watchdog.noteProgress();
  };
  return { watchdog, pings, noteAt };
}

describe('the watchdog', () => {
  it('pings at the first progress, then at most once per half interval', () => {
    const { pings, noteAt } = makeWatchdog({ intervalMs: 30_000 });
    for (const ms of [5, 10, 14_000, 15_005, 15_006, 31_000]) noteAt(ms);
    expect(pings).toEqual([5, 15_005, 31_000]);
  });

  it('never pings without progress', () => {
    const { pings } = makeWatchdog({ intervalMs: 30_000 });
    expect(pings).toEqual([]);
  });

  it('never pings when nobody watches', () => {
    const { watchdog, pings, noteAt } = makeWatchdog({ intervalMs: null });
    noteAt(0);
    noteAt(100_000);
    expect(pings).toEqual([]);
    expect(watchdog.intervalMs).toBeNull();
  });

  it('never lets systemd wait in vain for a loop that turns at least once per interval', () => {
    const waits = fc.array(fc.integer({ min: 0, max: 30_000 }), { minLength: 2, maxLength: 200 });
    fc.assert(
      fc.property(waits, (steps) => {
        const { pings, noteAt } = makeWatchdog({ intervalMs: 30_000 });
        let nowMs = 0;
        for (const step of steps) {
          nowMs += step;
          noteAt(nowMs);
        }
        const gaps = [...pings.slice(1), nowMs].map((ms, index) => ms - pings[index]!);
        // Strictly less than systemd's 60 s, with room for a slow machine.
        expect(Math.max(...gaps)).toBeLessThanOrEqual(45_000);
      }),
    );
  });
});
