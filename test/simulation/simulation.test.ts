// The simulation as part of the suite: known ground, for as long as the time allows, and the proof that a seed is one
// run. New ground is broken with scripts/simulate: what it finds must not turn an unrelated change red.
import { expect, test } from 'vitest';
import { runMany } from './many-runs.ts';
import { formatFailure, formatTotals } from './report.ts';
import { runSimulation } from './run.ts';
import { shrink } from './shrink.ts';

/** How long new runs are begun. */
const RUN_MS = 150_000;
/** A last run of each process, and the shrinking of one that failed. */
const GRACE_MS = 240_000;
const WORKERS = 2;
const FIRST_SEED = 1;
/** Seeds that were walked through before; a machine that is slower ends earlier. */
const MAX_RUNS = 460;

test('the same seed gives the same run, to the byte, in this process and in another', async () => {
  const seed = 2;
  const here = [await runSimulation(seed), await runSimulation(seed)];
  expect(here[1]?.traceHash).toBe(here[0]?.traceHash);
  const { totals } = await runMany({ firstSeed: seed, maxRuns: 1, maxMs: 60_000, workers: 1, options: {} });
  expect(totals.traces).toEqual([here[0]?.traceHash]);
  expect(here[0]?.violation).toBeNull();
}, 120_000);

test('another seed gives another run', async () => {
  const hashes = [await runSimulation(1, { hours: 2 }), await runSimulation(2, { hours: 2 })];
  expect(hashes[0]?.traceHash).not.toBe(hashes[1]?.traceHash);
}, 60_000);

test('no promise is broken in as many lives as the time allows', { timeout: RUN_MS + GRACE_MS }, async () => {
  const many = { firstSeed: FIRST_SEED, maxRuns: MAX_RUNS, maxMs: RUN_MS, workers: WORKERS };
  const { totals, failed } = await runMany({ ...many, options: {} });
  console.log(formatTotals(totals));
  expect(failed === null ? '' : formatFailure(await shrink(failed))).toBe('');
});
