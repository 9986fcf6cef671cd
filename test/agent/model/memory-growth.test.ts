import fc from 'fast-check';
import { expect, test } from 'vitest';
import { growthOf, type MemorySample, withSample } from '../../../agent/model/memory-growth.ts';

const MIB = 1024 ** 2;
const RUN = '2026-11-28T10:00:00.000000001Z';
const LIMIT = { run: RUN, limitBytes: 128 * MIB };

/** One every 15 seconds, in MiB. */
function watched(mib: readonly number[]) {
  const samples = mib.map((size, index) => ({ atMs: index * 15_000, bytes: size * MIB }));
  return { startedAt: '2026-11-28T10:00:00Z', samples };
}

test('a rise is told from its beginning, not from that of the run', () => {
  const memory = watched([12, 40, 40, 41, 40, 62, 84, 105, 120]);
  expect(growthOf(watched([40, 40, 41, 40, 62, 84, 105, 120]), { ...LIMIT, endMs: 110_000 })).toEqual({
    limitBytes: 128 * MIB,
    samples: 8,
    rise: { fromBytes: 40 * MIB, spanMs: 65_000 },
  });
  expect(growthOf(memory, { ...LIMIT, endMs: 125_000 }).rise).toEqual({
    fromBytes: 12 * MIB,
    spanMs: 125_000,
  });
});

test('a leap from a flat line is one of no time', () => {
  const { rise } = growthOf(watched([30, 30, 30, 30]), { ...LIMIT, endMs: 48_000 });
  expect(rise).toEqual({ fromBytes: 30 * MIB, spanMs: 3000 });
});

test.each([
  ['with none', null, 1000, 0],
  ['with two', watched([10, 90]), 20_000, 2],
  ['with none of the end', watched([10, 20, 30, 40]), 200_000, 4],
  ['with those of an earlier run', { ...watched([10, 50, 90]), startedAt: 'before' }, 40_000, 0],
] as const)('%s nothing is said of a rise', (_what, memory, endMs, samples) => {
  expect(growthOf(memory, { ...LIMIT, endMs })).toEqual({ limitBytes: 128 * MIB, samples });
});

test('of a week few samples stay, of the last minutes all', () => {
  let samples: readonly MemorySample[] = [];
  const endMs = 7 * 24 * 60 * 60_000;
  for (let atMs = 0; atMs <= endMs; atMs += 15_000) samples = withSample(samples, { atMs, bytes: atMs }, 40);
  expect(samples).toHaveLength(40);
  expect(samples[0]?.atMs).toBe(0);
  const ages = samples.map(({ atMs }) => (endMs - atMs) / 15_000);
  expect(ages.slice(-4)).toEqual([3, 2, 1, 0]);
  // However old, the next one is no further away than about half as old again.
  for (const [index, age] of ages.entries())
    expect(age - (ages[index + 1] ?? age)).toBeLessThanOrEqual(age * 0.6 + 1);
});

test('whatever comes, the samples stay in order and bounded, with the first and the newest', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 1e9 }), { minLength: 1, maxLength: 100 });
  fc.assert(
    fc.property(gaps, (all) => {
      let samples: readonly MemorySample[] = [];
      let atMs = 0;
      for (const gap of all) {
        atMs += gap;
        samples = withSample(samples, { atMs, bytes: 1 }, 10);
      }
      expect(samples.length).toBeLessThanOrEqual(10);
      expect(samples[0]?.atMs).toBe(all[0]);
      expect(samples.at(-1)?.atMs).toBe(atMs);
      expect(samples.map((one) => one.atMs)).toEqual(
        samples.map((one) => one.atMs).toSorted((a, b) => a - b),
      );
    }),
  );
});
