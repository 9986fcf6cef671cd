import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rolloutPosition, takesPart } from '../../../protocol/values/rollout.ts';

// Computed with Python's hashlib: int.from_bytes(sha256(f"{salt}/{device}").digest()[:4], "big") / 2**32 * 100
test.each([
  ['line-vision-7', 'edge-01', 4_278_734_562],
  ['line-vision-7', 'edge-02', 74_045_136],
  ['line-vision-7', 'edge-03', 3_197_013_434],
  ['line-vision-7', 'berlin-rack-12', 2_765_442_211],
  ['2026-w48', 'edge-01', 3_730_615_457],
  ['x', '0', 82_191_047],
  ['grün/β', 'edge-01', 2_375_746_211],
  ['😀', 'edge-01', 3_157_465_638],
])('with the salt %s, %s stands at %d of 2^32', (salt, device, place) => {
  expect(rolloutPosition(salt, device)).toBe((place / 2 ** 32) * 100);
});

const salts = fc.string({ minLength: 1 });
const devices = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,62}$/);

test('every device stands somewhere from 0 to just below 100', () => {
  fc.assert(
    fc.property(salts, devices, (salt, device) => {
      const position = rolloutPosition(salt, device);
      expect(position >= 0 && position < 100).toBe(true);
    }),
  );
});

test('a device that takes part goes on doing so as the percentage rises', () => {
  const percent = fc.double({ min: 0, max: 100, noNaN: true });
  fc.assert(
    fc.property(salts, devices, percent, percent, (salt, device, one, other) => {
      const [low, high] = [Math.min(one, other), Math.max(one, other)];
      if (takesPart({ salt, percent: low }, device))
        expect(takesPart({ salt, percent: high }, device)).toBe(true);
    }),
  );
});

test('at 100 percent, and without a roll-out, every device takes part; at 0 none does', () => {
  fc.assert(
    fc.property(salts, devices, (salt, device) => {
      expect(takesPart({ salt, percent: 100 }, device)).toBe(true);
      expect(takesPart({ salt, percent: 0 }, device)).toBe(false);
      expect(takesPart(undefined, device)).toBe(true);
    }),
  );
});

test('a device that stands exactly at the percentage does not take part', () => {
  const percent = rolloutPosition('line-vision-7', 'edge-02');
  expect(takesPart({ salt: 'line-vision-7', percent }, 'edge-02')).toBe(false);
  expect(takesPart({ salt: 'line-vision-7', percent: percent + 1e-9 }, 'edge-02')).toBe(true);
});

test('ten thousand devices spread evenly over the tenths', () => {
  const tenths = new Array<number>(10).fill(0);
  for (let i = 0; i < 10_000; i += 1) {
    const tenth = Math.floor(rolloutPosition('even', `edge-${i}`) / 10);
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  }
  // Six standard deviations around 1,000.
  for (const count of tenths) expect(Math.abs(count - 1000)).toBeLessThan(180);
});

test('another salt shuffles the devices', () => {
  const ids = Array.from({ length: 1000 }, (_, i) => `edge-${i}`);
  const inBoth = ids
    .filter((id) => takesPart({ salt: 'a', percent: 10 }, id))
    .filter((id) => takesPart({ salt: 'b', percent: 10 }, id));
  expect(inBoth.length).toBeLessThan(30);
});
