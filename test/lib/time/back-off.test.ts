import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type BackOff, drawDelay, nextCeilingMs, startBackOff } from '../../../lib/time/back-off.ts';

const limits = fc
  .tuple(fc.integer({ min: 1, max: 60_000 }), fc.integer({ min: 1, max: 600_000 }))
  .map(([baseMs, extraMs]) => ({ baseMs, capMs: baseMs + extraMs }));
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

function afterFailures(backOff: BackOff, failures: number): BackOff {
  return { ...backOff, failures };
}

test('every delay lies between zero and the cap, however many tries failed', () => {
  fc.assert(
    fc.property(limits, fc.nat({ max: 5000 }), chance, (given, failures, random) => {
      const { delayMs } = drawDelay(afterFailures(startBackOff(given), failures), () => random);
      expect(delayMs).toBeGreaterThanOrEqual(0);
      expect(delayMs).toBeLessThan(given.capMs);
    }),
  );
});

test('the ceiling starts at the base, doubles, never falls and ends at the cap', () => {
  fc.assert(
    fc.property(limits, fc.nat({ max: 100 }), (given, failures) => {
      const now = nextCeilingMs(afterFailures(startBackOff(given), failures));
      const later = nextCeilingMs(afterFailures(startBackOff(given), failures + 1));
      expect(later).toBe(Math.min(now * 2, given.capMs));
    }),
  );
  expect(nextCeilingMs(startBackOff({ baseMs: 1000, capMs: 60_000 }))).toBe(1000);
});

test('the jitter is full: the delay follows the random draw over the whole range', () => {
  const backOff = startBackOff({ baseMs: 1000, capMs: 60_000 });
  expect([0, 0.25, 0.999].map((draw) => drawDelay(backOff, () => draw).delayMs)).toEqual([0, 250, 999]);
});

test('drawing changes nothing in the value drawn from', () => {
  fc.assert(
    fc.property(limits, chance, (given, random) => {
      const backOff = Object.freeze(startBackOff(given));
      const { next } = drawDelay(backOff, () => random);
      expect(backOff.failures).toBe(0);
      expect(next.failures).toBe(1);
    }),
  );
});
