import { describe, expect, test } from 'vitest';
import {
  agePause,
  askPause,
  beginPause,
  isChanging,
  leftOf,
  resumePause,
} from '../../../agent/model/pause.ts';
import { EMPTY_RECORD, type Pause } from '../../../agent/model/record.ts';

const HOUR_MS = 3_600_000;
const START = Date.parse('2026-11-22T10:00:00.000Z');
const at = (nowMs: number, clockMs = nowMs) => ({ nowMs, wallTime: new Date(START + clockMs).toISOString() });
const asked = (forMs: number): Pause => askPause({ forMs, reason: 'because', by: 'fleet' }, at(0));
const begun = (forMs: number): Pause => beginPause(asked(forMs), at(0));

describe('a pause', () => {
  test('that has not begun loses nothing, however long it waits', () => {
    const pause = asked(HOUR_MS);
    expect(agePause(pause, at(9 * HOUR_MS))).toBe(pause);
    expect(leftOf(pause, 9 * HOUR_MS)).toBe(HOUR_MS);
    expect(beginPause(pause, at(9 * HOUR_MS)).until).toBe('2026-11-22T20:00:00.000Z');
  });

  test('is over when its time has passed, and no moment before', () => {
    expect(agePause(begun(HOUR_MS), at(HOUR_MS - 1))).not.toBeNull();
    expect(agePause(begun(HOUR_MS), at(HOUR_MS))).toBeNull();
  });

  test.each([
    [12 * HOUR_MS, HOUR_MS],
    [2 * HOUR_MS, HOUR_MS / 6],
    [30 * 24 * HOUR_MS, HOUR_MS],
  ])('of %i ms is noted every %i ms, and not more often', (forMs, everyMs) => {
    const pause = begun(forMs);
    expect(agePause(pause, at(everyMs - 1))).toBe(pause);
    const noted = agePause(pause, at(everyMs));
    expect(noted).toMatchObject({ leftMs: forMs - everyMs, sinceMs: everyMs, until: pause.until });
  });

  test.each([-HOUR_MS, 365 * 24 * HOUR_MS])(
    'tells its end by a clock that was set by %i ms, and lasts as long',
    (byMs) => {
      const aged = agePause(begun(2 * HOUR_MS), at(1000, 1000 + byMs));
      expect(aged?.until).toBe(new Date(START + byMs + 2 * HOUR_MS).toISOString());
      expect(agePause(aged ?? asked(1), at(2 * HOUR_MS - 1, 0))).not.toBeNull();
      expect(agePause(aged ?? asked(1), at(2 * HOUR_MS, 0))).toBeNull();
    },
  );

  test('goes on after a start from what was noted, less a minute at most', () => {
    const noted = { ...begun(2 * HOUR_MS), leftMs: HOUR_MS };
    expect(resumePause(noted, 5)).toMatchObject({ leftMs: HOUR_MS - 60_000, sinceMs: 5 });
    expect(resumePause(begun(60_000), 5)).toMatchObject({ leftMs: 55_000 });
    expect(resumePause(asked(60_000), 5)).toEqual(asked(60_000));
  });
});

test('an update is under way from its switch to its verdict, and a way back until all is well', () => {
  const attempt = {
    ...{ hash: 'h', revision: 2, pulledAtMs: 1, clockFromMs: null, resumes: 0, brokenBefore: [] },
    ...{ failures: {}, verdict: null },
  };
  const isUnderWay = (stage: 'pulling' | 'switching' | 'proving' | 'condemned' | 'unproven') =>
    isChanging({ phase: 'pulling', attempt: { ...attempt, stage } });
  expect((['pulling', 'switching', 'proving', 'condemned', 'unproven'] as const).map(isUnderWay)).toEqual([
    ...[false, true, true, true, false],
  ]);
  expect(isChanging({ ...EMPTY_RECORD, phase: 'switching' })).toBe(true);
  expect(isChanging({ ...EMPTY_RECORD, phase: 'rolled_back' })).toBe(false);
});
