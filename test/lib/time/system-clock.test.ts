import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { systemClock } from '../../../lib/time/system-clock.ts';

function timerCount(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
}

test('sleep lasts at least as long as asked', async () => {
  const start = systemClock.monotonicMs();
  await systemClock.sleep(20, new AbortController().signal);
  // Timers count in whole milliseconds.
  expect(systemClock.monotonicMs() - start).toBeGreaterThanOrEqual(19);
});

test('an abort ends a sleep at once and leaves neither timer nor listener', async () => {
  const before = timerCount();
  const controller = new AbortController();
  const slept = systemClock.sleep(60_000, controller.signal);
  expect(timerCount()).toBe(before + 1);
  controller.abort();
  await slept;
  expect(timerCount()).toBe(before);
  expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
});

test('a sleep with a signal aborted before never begins', async () => {
  const before = timerCount();
  await systemClock.sleep(60_000, AbortSignal.abort());
  expect(timerCount()).toBe(before);
});

test('a loop that forgets to look at its signal leaves a turn to all else', async () => {
  let isOver = false;
  setTimeout(() => {
    isOver = true;
  });
  while (!isOver) await systemClock.sleep(60_000, AbortSignal.abort());
});

test('a sleep past the longest timer does not end early', async () => {
  const controller = new AbortController();
  let isOver = false;
  const slept = systemClock.sleep(2 ** 32, controller.signal).then(() => {
    isOver = true;
  });
  await systemClock.sleep(30, new AbortController().signal);
  expect(isOver).toBe(false);
  controller.abort();
  await slept;
});
