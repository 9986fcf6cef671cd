import { expect, test } from 'vitest';
import { setTimer, signalAfter } from '../../../lib/time/timer.ts';

const DAY_MS = 86_400_000;

test.each([
  ['a day', DAY_MS],
  ['the longest that a timer takes', 2 ** 31 - 1],
  ['past 2^31 ms, where Node fires at once', 2 ** 31],
  ['past 2^32 ms, where Node throws', 60 * DAY_MS],
  ['no end', Number.POSITIVE_INFINITY],
])('a timer of %s does not fire within a moment', async (_title, ms) => {
  let hasFired = false;
  const cancel = setTimer(() => {
    hasFired = true;
  }, ms);
  const signal = signalAfter(ms);
  await new Promise((resolve) => setTimeout(resolve, 20));
  cancel();
  expect([hasFired, signal.aborted]).toEqual([false, false]);
});

test.each([
  ['a part of a millisecond', 1.5],
  ['nothing', 0],
  ['less than nothing', -1],
  ['no number', Number.NaN],
])('a timer of %s fires', async (_title, ms) => {
  const signal = signalAfter(ms);
  await new Promise<void>((resolve) => setTimer(resolve, ms));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(signal.aborted).toBe(true);
});

test('a signal aborts with any other that it is given', () => {
  const other = new AbortController();
  const signal = signalAfter(DAY_MS, other.signal);
  expect(signal.aborted).toBe(false);
  other.abort();
  expect(signal.aborted).toBe(true);
});
