import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DURATION_PATTERN, formatDuration, parseDurationMs } from '../../../protocol/values/duration.ts';

const DAY_MS = 86_400_000;

test.each([
  ['0s', 0],
  ['500ms', 500],
  ['10s', 10_000],
  ['1m30s', 90_000],
  ['1h30m', 5_400_000],
  ['1.5h', 5_400_000],
  ['2d', 2 * DAY_MS],
  ['1500us', 1.5],
  ['30s1m', 90_000],
  ['366d', 366 * DAY_MS],
])('%s is %d ms', (text, ms) => {
  expect(parseDurationMs(text)).toBe(ms);
});

test.each([
  ['nothing', ''],
  ['a bare number', '10'],
  ['a unit alone', 's'],
  ['a unit that is none', '1w'],
  ['a capital unit', '1S'],
  ['a sign', '-1s'],
  ['an exponent', '1e3s'],
  ['blanks around', ' 1s '],
  ['a blank between', '1h 30m'],
  ['a number after the last unit', '1h30'],
  ['a dot with nothing before', '.5s'],
  ['a dot with nothing after', '5.s'],
  ['a line end', '1s\n'],
  ['other digits', '١s'],
  ['words', 'soon'],
])('%s is no duration', (_title, text) => {
  expect(parseDurationMs(text)).toBeNull();
  expect(DURATION_PATTERN.test(text)).toBe(false);
});

test('a duration past 366 days is none', () => {
  expect(parseDurationMs('366d1us')).toBeNull();
  expect(parseDurationMs(`${'9'.repeat(39)}d`)).toBeNull();
});

test('a duration past 40 characters is none, however short it lasts', () => {
  expect(parseDurationMs('1s'.repeat(20))).toBe(20_000);
  expect(parseDurationMs(`${'1s'.repeat(20)}1s`)).toBeNull();
});

test('what whole days, hours, minutes, seconds and milliseconds add up to is read back', () => {
  const parts = fc.tuple(fc.nat(300), fc.nat(23), fc.nat(59), fc.nat(59), fc.nat(999));
  fc.assert(
    fc.property(parts, ([d, h, m, s, ms]) => {
      const sum = d * DAY_MS + h * 3_600_000 + m * 60_000 + s * 1000 + ms;
      expect(parseDurationMs(`${d}d${h}h${m}m${s}s${ms}ms`)).toBe(sum);
    }),
  );
});

test('any text at all gives null or a length from 0 to 366 days', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9.umshd]{0,45}$/)), (text) => {
      const ms = parseDurationMs(text);
      if (ms !== null) expect(ms >= 0 && ms <= 366 * DAY_MS).toBe(true);
    }),
  );
});

test.each([
  [0, '0ms'],
  [-5, '0ms'],
  [800, '800ms'],
  [12_000, '12s'],
  [60_000, '1m'],
  [65_000, '1m 5s'],
  [3_600_000, '1h'],
  [3_605_000, '1h'],
  [3_900_000, '1h 5m'],
  [DAY_MS + 3_600_000, '1d 1h'],
  [59_999.6, '1m'],
])('%d ms is told as "%s"', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test('what is told of a duration is right but for its smaller units', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1000, max: 366 * DAY_MS }), (ms) => {
      const told = parseDurationMs(formatDuration(ms).replace(' ', '')) ?? Number.NaN;
      expect(Math.abs(told - ms)).toBeLessThanOrEqual(Math.max(500, ms / 24));
    }),
  );
});
