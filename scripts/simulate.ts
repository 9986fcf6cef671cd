// scripts/simulate: many runs with sums, or one run again. Exit code 1 with a report when a promise was broken.
import { parseArgs } from 'node:util';
import { runMany } from '../test/simulation/many-runs.ts';
import { formatFailure, formatTotals } from '../test/simulation/report.ts';
import { shrink } from '../test/simulation/shrink.ts';

const USAGE =
  'usage: scripts/simulate [--seed S] [--hours N] [--devices N] [--minutes M] [--workers W] [--only IDS] [--also NAMES]';
const DEFAULT_DEVICES = 100;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    hours: { type: 'string' },
    devices: { type: 'string' },
    minutes: { type: 'string' },
    workers: { type: 'string', default: '2' },
    only: { type: 'string' },
    also: { type: 'string' },
  },
});

const whole = (text: string | undefined): number | null => {
  if (text === undefined) return null;
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  console.error(USAGE);
  process.exit(2);
};

const hours = whole(values.hours);
const devices = whole(values.devices);
const minutes = whole(values.minutes);
const only = values.only === undefined ? null : values.only.split(',').filter((id) => id !== 'none');
const isReplay = only !== null;
const { totals, failed } = await runMany({
  firstSeed: whole(values.seed) ?? 1,
  maxRuns: devices ?? (isReplay ? 1 : minutes === null ? DEFAULT_DEVICES : Number.POSITIVE_INFINITY),
  maxMs: minutes === null ? Number.POSITIVE_INFINITY : minutes * 60_000,
  workers: isReplay ? 1 : (whole(values.workers) ?? 2),
  options: {
    ...(hours === null ? {} : { hours }),
    ...(only === null ? {} : { only }),
    ...(values.also === undefined ? {} : { also: values.also.split(',') }),
  },
});
console.log(formatTotals(totals));
if (failed !== null) {
  console.log(`\n${formatFailure(isReplay ? failed : await shrink(failed))}`);
  process.exitCode = 1;
}
