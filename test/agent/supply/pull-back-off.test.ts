import { expect, test } from 'vitest';
import type { PullFailure } from '../../../agent/ports/supplier.ts';
import { isTransientPull, noteTry, waitMs } from '../../../agent/supply/pull-back-off.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const MIB = 1024 ** 2;

const SOON: PullFailure = { ok: false, code: 'registry_unreachable', message: '' };
const LASTING: PullFailure = { ok: false, code: 'image_not_found', message: '' };
const RATE_LIMITED: PullFailure = {
  ok: false,
  code: 'registry_rate_limited',
  message: '',
};

/** The shortest and the longest wait after so many failures in a row. */
function waitsAfter(inRow: number, failure: PullFailure, fetchedBytes = 0): [number, number] {
  const tries = { isTransient: isTransientPull(failure), inRow, fetchedBytes };
  return [waitMs(tries, failure, 0), waitMs(tries, failure, 0.999_999_999)];
}

test.each<[string, PullFailure, number, number, number]>([
  ['that may well work soon waits for seconds', SOON, 0, 5000, 5 * MINUTE_MS],
  ['that most likely will not waits for minutes, then hours', LASTING, 0, 5 * MINUTE_MS, 4 * HOUR_MS],
  ['of a registry that counts waits for minutes', RATE_LIMITED, 0, 5 * MINUTE_MS, HOUR_MS],
  [
    'that cost 100 MiB waits for these too',
    SOON,
    100 * MIB,
    55_000,
    5 * MINUTE_MS + (100 / 512) * 24 * HOUR_MS,
  ],
  ['that cost more than a day may waits for a day at most', SOON, 4096 * MIB, 2053_000, 24 * HOUR_MS],
])('a pull %s', (_what, failure, fetchedBytes, floorMs, capMs) => {
  const [first] = waitsAfter(1, failure, fetchedBytes);
  expect(first).toBe(floorMs);
  const [least, most] = waitsAfter(1000, failure, fetchedBytes);
  expect(least).toBe(Math.round(capMs / 2));
  expect(most).toBe(Math.round(capMs));
});

test('a registry that says when to come again is not asked before, but for a day at most', () => {
  const tries = noteTry(undefined, RATE_LIMITED, 0);
  expect(waitMs(tries, { ...RATE_LIMITED, retryAfterMs: 2 * HOUR_MS }, 0)).toBe(2 * HOUR_MS);
  expect(waitMs(tries, { ...RATE_LIMITED, retryAfterMs: 1000 }, 0)).toBe(5 * MINUTE_MS);
  expect(waitMs(tries, { ...RATE_LIMITED, retryAfterMs: 9999 * HOUR_MS }, 0)).toBe(24 * HOUR_MS);
});

test('failures of one kind make a row, another kind begins its own', () => {
  const first = noteTry(undefined, SOON, 5);
  const second = noteTry(first, SOON, 7);
  expect(second).toEqual({ isTransient: true, inRow: 2, fetchedBytes: 7 });
  expect(noteTry(second, LASTING, 0)).toEqual({ isTransient: false, inRow: 1, fetchedBytes: 0 });
});

test('a pull that fails otherwise than its code says is tried again as it says itself', () => {
  const failure: PullFailure = { ok: false, code: 'pull_failed', message: '', retry: 'seldom' };
  expect(waitsAfter(1, failure)).toEqual(waitsAfter(1, LASTING));
  expect(noteTry(undefined, failure, 0).isTransient).toBe(false);
});
