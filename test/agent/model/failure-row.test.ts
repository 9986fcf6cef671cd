// Failures in a row, and the good run that ends the row: by the time that the agent ran, never by the clock.
import { describe, expect, it } from 'vitest';
import { extendRow, inLoopWords, isInLoop, owedRunMs } from '../../../agent/model/failure-row.ts';
import { historyOf, withHistory } from '../../../agent/model/histories.ts';
import { instancesOf } from '../../../agent/model/instance.ts';
import type { FailureRow } from '../../../agent/model/record.ts';
import { type DeploymentRecord, EMPTY_RECORD } from '../../../agent/model/record.ts';
import { resumeRecord } from '../../../agent/model/resume-record.ts';
import { noteFailure, noteRun } from '../../../agent/reconcile/running/failures.ts';
import { containerOf, present } from '../reconcile/situations.ts';

const MINUTE_MS = 60_000;
const one = present(1, { web: {} });
const [spec] = instancesOf(one.document.services);
if (spec === undefined) throw new Error('one was written');
const web = spec;
const EXITED = { code: 'exited', message: 'it exited with code 1', exitCode: 1 } as const;

/** Runs that began and failed at these moments; the wall clock shows what it likes. */
function failing(runs: readonly { from: number; to: number; wall?: string }[]): DeploymentRecord {
  let record = EMPTY_RECORD;
  for (const { from, to, wall = '2026-11-22T10:00:00.000Z' } of runs) {
    const watched = { container: 'c', startedAt: null, engineRestarts: 0, sinceMs: from };
    const running = withHistory(record, web, { ...historyOf(record, web), watched });
    record = noteFailure(running, { spec: web, ...EXITED }, { nowMs: to, wallTime: wall, chance: 0.5 });
  }
  return record;
}

describe('the row of failures', () => {
  it('ends with a run of ten minutes', () => {
    const runs = [
      { from: 0, to: 1000 },
      { from: 1000, to: 2000 },
      { from: 2000, to: 2000 + 10 * MINUTE_MS },
    ];
    expect(failing(runs).services.web?.failuresInRow).toBe(1);
    expect(failing(runs.slice(0, 2)).services.web?.failuresInRow).toBe(2);
  });

  it.each([
    ['ahead', '2027-11-22T10:00:00.000Z'],
    ['back to 1970', '1970-01-01T00:00:00.000Z'],
  ])('goes on when the clock jumps %s, as no run was long', (_what, wall) => {
    const runs = [
      { from: 0, to: 1000 },
      { from: 1000, to: 2000, wall },
      { from: 2000, to: 3000 },
      { from: 3000, to: 4000, wall },
    ];
    expect(failing(runs).services.web?.failuresInRow).toBe(4);
  });

  it.each([
    ['stands still', '2026-11-22T10:00:00.000Z'],
    ['jumps back to 1970', '1970-01-01T00:00:00.000Z'],
  ])('ends with a run of ten minutes in which the clock %s', (_what, wall) => {
    const runs = [
      { from: 0, to: 1000 },
      { from: 1000, to: 2000 },
      { from: 2000, to: 2000 + 11 * MINUTE_MS, wall },
    ];
    expect(failing(runs).services.web?.failuresInRow).toBe(1);
  });

  it.each([
    ['nine minutes, and a clock that jumped a year ahead', 9 * MINUTE_MS, '2027-11-22T10:00:00.000Z', 2],
    ['ten minutes, and a clock that stood still', 10 * MINUTE_MS, '2026-11-22T10:00:00.000Z', 0],
    ['ten minutes, and a clock that went back', 10 * MINUTE_MS, '1970-01-01T00:00:00.000Z', 0],
  ])('is forgiven, or not, while it still runs, by %s', (_what, ranMs, wallTime, failuresInRow) => {
    const record = failing([
      { from: 0, to: 1000 },
      { from: 1000, to: 2000 },
    ]);
    const container = containerOf(one, 'web');
    const evidence = { sinceMs: 2000, lastMs: 2000 };
    const verdict = { health: 'healthy' as const, evidence, why: null };
    const run = { spec: web, container, verdict, memory: null };
    const begun = noteRun(record, run, { nowMs: 2000, wallTime, chance: 0.5 });
    const later = noteRun(begun, run, { nowMs: 2000 + ranMs, wallTime, chance: 0.5 });
    expect(later.services.web?.failuresInRow).toBe(failuresInRow);
  });

  it('tells its span in time that the agent ran', () => {
    const record = failing([
      { from: 0, to: 1000 },
      { from: 1000, to: 13_000 },
      { from: 13_000, to: 25_000 },
    ]);
    expect(record.services.web?.row).toEqual({
      ...{ spanMs: 24_000, lastMs: 25_000, longestRunMs: 12_000 },
      isOver: false,
    });
    expect(resumeRecord(record, 7).services.web?.row).toMatchObject({ spanMs: 24_000, lastMs: 7 });
  });
});

describe('a service that has failed', () => {
  const row: FailureRow = { spanMs: 62_000, lastMs: 0, longestRunMs: 12_000, isOver: false };

  it.each([
    ['once or twice is good as soon as it is healthy', 2, row, false],
    ['three times in a row is not', 3, row, true],
    ['more often and has run well since is', 9, { ...row, isOver: true }, false],
    ['by the record of an older agent is', 9, undefined, false],
  ])('%s', (_what, failuresInRow, of, expected) => {
    expect(isInLoop({ failuresInRow, ...(of === undefined ? {} : { row: of }) })).toBe(expected);
  });

  it.each([
    ['a minute at least', 0, MINUTE_MS],
    ['three times its longest run', 31_000, 93_000],
    ['ten minutes at most', 5 * MINUTE_MS, 10 * MINUTE_MS],
  ])('owes a good run of %s', (_what, longestRunMs, expected) => {
    expect(owedRunMs({ ...row, longestRunMs })).toBe(expected);
  });

  it('does not count the long run before the first failure', () => {
    const first = extendRow(undefined, { nowMs: 0, ranMs: 3 * MINUTE_MS });
    expect(owedRunMs(first)).toBe(MINUTE_MS);
  });

  it('is told with how often and in what time', () => {
    expect(inLoopWords('it exited', { failuresInRow: 7, row })).toBe(
      'it has failed 7 times within 1m 2s; the last time: it exited',
    );
    expect(inLoopWords('it exited', { failuresInRow: 2, row })).toBe('it exited');
  });
});
