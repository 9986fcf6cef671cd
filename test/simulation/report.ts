// What a person reads of runs: the sums of many, and all of one that failed.
import { type Coverage, findGaps, sumCounts } from './coverage.ts';
import { findUnreached } from './rows/table.ts';
import type { RunResult } from './run.ts';
import { SWITCHED_OFF } from './switched-off.ts';

const YEAR_MS = 365 * 86_400_000;

export interface Totals {
  readonly runs: number;
  readonly virtualMs: number;
  readonly skippedMs: number;
  readonly cpuMs: number;
  /** Hashes of the runs' traces, in the order in which they ended. */
  readonly traces: readonly string[];
  readonly faults: Coverage;
  readonly standings: Coverage;
  readonly coverage: Coverage;
  /** In how many runs each row of "what happens when…" was reached. */
  readonly rows: Coverage;
}

export const NO_RUNS: Totals = {
  ...{ runs: 0, virtualMs: 0, skippedMs: 0, cpuMs: 0 },
  ...{ traces: [], faults: {}, standings: {}, coverage: {}, rows: {} },
};

export function addRun(totals: Totals, result: RunResult, cpuMs: number): Totals {
  return {
    runs: totals.runs + 1,
    virtualMs: totals.virtualMs + result.virtualMs,
    skippedMs: totals.skippedMs + result.skippedMs,
    cpuMs: totals.cpuMs + cpuMs,
    traces: [...totals.traces, result.traceHash],
    faults: sumCounts(totals.faults, result.faults),
    standings: sumCounts(totals.standings, result.standings),
    coverage: sumCounts(totals.coverage, result.coverage),
    rows: sumCounts(totals.rows, Object.fromEntries(result.rows.map((row) => [row, 1]))),
  };
}

export function formatTotals(totals: Totals): string {
  const { runs, virtualMs, skippedMs, cpuMs, faults, standings, coverage, rows } = totals;
  const years = virtualMs / YEAR_MS;
  const lived = (virtualMs - skippedMs) / YEAR_MS;
  const gaps = findGaps(coverage);
  return [
    `runs                 ${runs}`,
    `virtual device-years ${years.toFixed(1)}, of which ${lived.toFixed(2)} were not idle`,
    `per CPU minute       ${(years / (cpuMs / 60_000)).toFixed(2)} device-years`,
    `faults               ${formatCounts(faults)}`,
    `steps entered        ${formatCounts(standings)}`,
    `switched off         ${Object.entries(SWITCHED_OFF)
      .map((entry) => entry.join(': '))
      .join('; ')}`,
    `rows reached         ${Object.keys(rows).length}, in how many runs each: ${listCounts(rows)}`,
    `rows never reached   ${findUnreached(rows).join('; ') || 'none'}`,
    `pairs never reached  ${formatGaps(gaps)}`,
  ].join('\n');
}

/** After a short run nearly all are missing, and nobody reads that. */
const NAMED_GAPS = 100;

function formatGaps(gaps: readonly string[]): string {
  if (gaps.length === 0) return 'none';
  return gaps.length > NAMED_GAPS
    ? `${gaps.length} of a fault and a step; a longer run names them`
    : `${gaps.length}: ${gaps.join(', ')}`;
}

function formatCounts(counts: Coverage): string {
  const sum = Object.values(counts).reduce((a, b) => a + b, 0);
  return `${sum}: ${listCounts(counts)}`;
}

function listCounts(counts: Coverage): string {
  const each = Object.entries(counts).toSorted(([, a], [, b]) => b - a);
  return each.map(([key, count]) => `${key} ${count}`).join(', ');
}

/** A failed run, as small as it could be made, with the one command that plays it again. */
export function formatFailure(result: RunResult): string {
  const { seed, violation, hours, agenda, traceEnd, options } = result;
  const ids = agenda.map(({ id }) => id);
  const also = options.also === undefined ? '' : ` --also ${options.also.join(',')}`;
  return [
    `BROKEN: ${violation?.promise}`,
    `  ${violation?.message}`,
    `  seed ${seed}, at ${((violation?.atMs ?? 0) / 3_600_000).toFixed(3)} h of virtual time`,
    `replay: scripts/simulate --seed ${seed} --hours ${hours}${also} --only ${ids.join(',') || 'none'}`,
    'what was done to it:',
    ...agenda.map(({ id, text }) => `  ${id.padEnd(5)} ${text}`),
    'the end of the trace, in seconds of virtual time:',
    ...traceEnd.map((line) => `  ${line}`),
  ].join('\n');
}
