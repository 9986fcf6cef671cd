import { describe, expect, test } from 'vitest';
import { EMPTY_RECORD } from '../../../../agent/model/record.ts';
import { resumeRecord } from '../../../../agent/model/resume-record.ts';
import { decide } from '../../../../agent/reconcile/decide.ts';
import { noteClockWait, waitedForClockMs } from '../../../../agent/reconcile/update/clock-wait.ts';
import { type GateFacts, gateOf } from '../../../../agent/reconcile/update/gate.ts';
import { absent, present, situation } from '../situations.ts';

const HOUR_MS = 3_600_000;
const AT_NOON = new Date('2026-11-23T12:00:00Z');
const open = { cron: '0 11 * * *', zone: 'UTC', length: '2h' };
const shut = { cron: '0 2 * * *', zone: 'UTC', length: '2h' };
const FACTS: GateFacts = {
  wallTime: AT_NOON,
  isClockSynchronised: true,
  waitedForClockMs: 0,
  isHeld: false,
  isSwitchAsked: false,
};

const gates: readonly [string, object, Partial<GateFacts>, string | null][] = [
  ['no window, whatever the clock says', {}, { isClockSynchronised: false }, null],
  ['an open window', { window: open }, {}, null],
  ['a shut window', { window: shut }, {}, 'window'],
  [
    'an open window and a clock that is not synchronised',
    { window: open },
    { isClockSynchronised: false },
    'clock_not_synchronised',
  ],
  [
    'a shut window and a clock that is not synchronised',
    { window: shut },
    { isClockSynchronised: false },
    'clock_not_synchronised',
  ],
  [
    'an open window and a clock of which nothing is known',
    { window: open },
    { isClockSynchronised: null },
    null,
  ],
  [
    'a shut window and a clock of which nothing is known',
    { window: shut },
    { isClockSynchronised: null },
    'window',
  ],
  [
    'an open window and a clock that was waited for long enough',
    { window: open },
    { isClockSynchronised: false, waitedForClockMs: 24 * HOUR_MS },
    null,
  ],
  [
    'a shut window and a clock that was waited for long enough',
    { window: shut },
    { isClockSynchronised: false, waitedForClockMs: 24 * HOUR_MS },
    'window',
  ],
  ['a shut window, where somebody asked for the switch', { window: shut }, { isSwitchAsked: true }, null],
  [
    'a clock that is not synchronised, where somebody asked for the switch',
    { window: open },
    { isSwitchAsked: true, isClockSynchronised: false },
    null,
  ],
  [
    'a hold, where somebody asked for the switch',
    { hold: true, window: shut },
    { isSwitchAsked: true, isHeld: true },
    'held',
  ],
  ['a hold and nobody who holds', { hold: true }, {}, null],
  [
    'a hold, before all else',
    { hold: true, window: shut },
    { isHeld: true, isClockSynchronised: false },
    'held',
  ],
];
test.each(gates)('%s', (_title, update, facts, code) => {
  const { document } = present(2, { web: {} }, { update });
  expect(gateOf(document, { ...FACTS, ...facts })?.reason.code ?? null).toBe(code);
});

test('a removal waits for nothing', () => {
  expect(gateOf(absent(2).document, { ...FACTS, isHeld: true, isClockSynchronised: false })).toBeNull();
});

test.each(['1970-01-01T00:00:00Z', '9999-12-31T23:59:59Z'])(
  'a window is judged without fail when the clock says %s',
  (time) => {
    const leapDay = { cron: '0 0 29 2 *', zone: 'Europe/Berlin', length: '1h' };
    const { document } = present(2, { web: {} }, { update: { window: leapDay } });
    const facts = { ...FACTS, wallTime: new Date(time), isClockSynchronised: null };
    expect(gateOf(document, facts)?.reason.code).toBe('window');
  },
);

test.each([
  [0, 'in 24 h'],
  [90 * 60_000, 'in 23 h'],
  [23.5 * HOUR_MS, 'in 1 h'],
])('after %i ms of waiting the status says that the clock is believed %s', (waitedMs, said) => {
  const { document } = present(2, { web: {} }, { update: { window: open } });
  const gate = gateOf(document, { ...FACTS, isClockSynchronised: false, waitedForClockMs: waitedMs });
  expect(gate?.reason.message).toContain(said);
});

describe('the wait for a synchronised clock', () => {
  test('is noted by the hour, so that little is written', () => {
    const begun = noteClockWait(EMPTY_RECORD, 1000);
    expect(noteClockWait(begun, 1000 + HOUR_MS - 1)).toBe(begun);
    expect(noteClockWait(begun, 1000 + HOUR_MS).clockWait).toEqual({
      waitedMs: HOUR_MS,
      sinceMs: 1000 + HOUR_MS,
    });
  });

  test('goes on after a restart of the agent, by what was noted', () => {
    const noted = noteClockWait(noteClockWait(EMPTY_RECORD, 0), 3 * HOUR_MS);
    const resumed = resumeRecord(noted, 50);
    expect(waitedForClockMs(resumed, 50 + HOUR_MS)).toBe(4 * HOUR_MS);
  });

  test('is over with the switch: the next has one of its own', () => {
    const desired = present(1, { web: {} });
    const gate = gateOf(present(1, { web: {} }, { update: { window: open } }).document, {
      ...FACTS,
      isClockSynchronised: false,
    });
    const waiting = decide(...situation({ desired, gate }));
    expect(waiting.record).toMatchObject({ phase: 'waiting', clockWait: { waitedMs: 0 } });
    const switched = decide(...situation({ desired, record: waiting.record }));
    expect(switched.record.phase).not.toBe('waiting');
    expect(switched.record).not.toHaveProperty('clockWait');
  });
});
