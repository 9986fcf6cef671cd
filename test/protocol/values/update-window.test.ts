import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkUpdateWindow, windowStateAt } from '../../../protocol/values/update-window.ts';

const nightly = { cron: '0 2 * * *', zone: 'Europe/Berlin', lengthMs: 3_600_000 };

test.each(['0 2 * * *', '*/15 0-6 * * *', '0 2 * * MON-FRI', '0 2 1,15 JAN,jul *', ' 0  2\t* * 7 '])(
  '%j is a time to open',
  (cron) => {
    expect(checkUpdateWindow({ ...nightly, cron })).toBeNull();
  },
);

test.each([
  ['nothing', ''],
  ['four fields', '0 2 * *'],
  ['six fields', '0 0 2 * * *'],
  ['a word', '@daily'],
  ['the moment it is asked', '? 2 * * *'],
  ['minute 60', '60 2 * * *'],
  ['hour 24', '0 24 * * *'],
  ['a step of nothing', '*/0 2 * * *'],
  ['a range backwards', '0 5-2 * * *'],
  ['letters', 'x 2 * * *'],
  ['30 February', '0 2 30 2 *'],
])('%s is no time to open', (_title, cron) => {
  const fault = checkUpdateWindow({ ...nightly, cron });
  expect(fault).toMatchObject({ field: 'cron' });
  expect(fault?.message).not.toMatch(/CronPattern|TypeError/);
});

test('a zone that is none is told by its field', () => {
  expect(checkUpdateWindow({ ...nightly, zone: 'Mars/X' })).toMatchObject({ field: 'zone' });
  expect(checkUpdateWindow({ ...nightly, zone: '' })).toMatchObject({ field: 'zone' });
});

// Berlin is an hour ahead of UTC in winter, two in summer.
test.each<[string, string, 'open' | 'shut', string]>([
  ['just before it', '2026-01-10T00:59:59.999Z', 'shut', '2026-01-10T01:00:00.000Z'],
  ['at its first moment', '2026-01-10T01:00:00.000Z', 'open', '2026-01-10T02:00:00.000Z'],
  ['in its last millisecond', '2026-01-10T01:59:59.999Z', 'open', '2026-01-10T02:00:00.000Z'],
  ['at its end', '2026-01-10T02:00:00.000Z', 'shut', '2026-01-11T01:00:00.000Z'],
  ['in summer', '2026-07-10T00:30:00.000Z', 'open', '2026-07-10T01:00:00.000Z'],
  [
    'in the night whose hour from 2 to 3 is left out',
    '2026-03-29T01:00:00.000Z',
    'open',
    '2026-03-29T02:00:00.000Z',
  ],
  ['with a clock that starts in 1970', '1970-01-01T12:00:00.000Z', 'shut', '1970-01-02T01:00:00.000Z'],
])('a window from 2 to 3 in Berlin, %s', (_title, now, state, until) => {
  const date = new Date(until);
  expect(windowStateAt(nightly, new Date(now))).toEqual(
    state === 'open' ? { isOpen: true, closesAt: date } : { isOpen: false, opensAt: date },
  );
});

test('a window as long as the time between its openings is always open', () => {
  const always = { cron: '0 * * * *', zone: 'UTC', lengthMs: 3_600_000 };
  fc.assert(
    fc.property(
      fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true }),
      (now) => {
        expect(windowStateAt(always, now).isOpen).toBe(true);
      },
    ),
  );
});

test('an open window closes later, a shut one opens later, and then it is open', () => {
  const moments = fc.date({ min: new Date('1971-01-01'), max: new Date('2099-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(moments, (now) => {
      const state = windowStateAt(nightly, now);
      const next = state.isOpen ? state.closesAt : state.opensAt;
      expect(next?.getTime()).toBeGreaterThan(now.getTime());
      if (!state.isOpen && state.opensAt !== null)
        expect(windowStateAt(nightly, state.opensAt).isOpen).toBe(true);
    }),
  );
});

test('any text at all for cron and zone is judged without a crash', () => {
  const texts = fc.oneof(
    fc.string({ maxLength: 128 }),
    fc.stringMatching(/^([0-9*,/a-zA-Z?#-]{1,4} ){4}[0-9*,/LW#?-]{1,4}$/),
  );
  fc.assert(
    fc.property(texts, fc.oneof(fc.string({ maxLength: 64 }), fc.constant('UTC')), (cron, zone) => {
      const window = { cron, zone, lengthMs: 3_600_000 };
      if (checkUpdateWindow(window) === null) windowStateAt(window, new Date('2026-11-22T10:00:00Z'));
    }),
    { numRuns: 500 },
  );
});
