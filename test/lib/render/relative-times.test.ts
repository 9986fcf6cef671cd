import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { withRelativeTimes } from '../../../lib/render/relative-times.ts';

const NOW = new Date('2026-11-22T12:00:00Z');

beforeEach(() => {
  vi.stubEnv('TZ', 'Europe/Berlin');
});
afterEach(() => {
  vi.unstubAllEnvs();
});

test.each([
  ['it is tried again at 2026-11-22T14:05:00.000Z, or now', 'it is tried again in 2h 5m (15:05:00), or now'],
  ['next try at 2026-11-22T12:00:00Z', 'next try 0s ago (13:00:00)'],
  ['it failed at 2026-11-22T11:59:30Z', 'it failed 30s ago (12:59:30)'],
  ['it is tried again at 2026-11-23T06:00:00Z', 'it is tried again in 18h (2026-11-23 07:00:00)'],
  ['two: at 2026-11-22T11:00:00Z and at 2026-11-22T13:00:00Z', 'two: 1h ago (12:00:00) and in 1h (14:00:00)'],
])('%s', (text, told) => {
  expect(withRelativeTimes(text, NOW)).toBe(told);
});

test('what the clock makes no sense of stays, and so does what is no time', () => {
  for (const text of ['at 1970-01-01T00:00:00Z', 'look at 2026 faults', 'at 2026-11-22T14:05:00+02:00'])
    expect(withRelativeTimes(text, NOW)).toBe(text);
});
