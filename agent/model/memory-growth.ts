// How the memory of a run grew until the kernel ended it for passing its limit.

import { inSeconds } from '../../protocol/values/timestamp.ts';

export interface MemorySample {
  /** Monotonic. */
  readonly atMs: number;
  readonly bytes: number;
}

/** What one run of a container was seen to use, oldest first. */
export interface WatchedMemory {
  /** The engine's time of its start, in whole seconds: it names the run. */
  readonly startedAt: string | null;
  readonly samples: readonly MemorySample[];
}

export interface MemoryGrowth {
  readonly limitBytes: number;
  /** How often its use was read in that run. */
  readonly samples: number;
  /** From where it last rose to its limit, and in what time; left out where too few samples tell. */
  readonly rise?: { readonly fromBytes: number; readonly spanMs: number };
}

/** One is no slope, and with two any spike is one. */
const MIN_SAMPLES = 3;
/** A newest sample that is older says nothing of the end. */
const STALE_MS = 60_000;
/** Of the way from its least use to the limit: below it the rise has not begun. */
const BASE_SHARE = 0.1;
/** So much of the latest past is one step of time. */
const STEP_MS = 15_000;

/** Until `endMs`, when it had reached its limit. `run` is that which ended, by its start. */
export function growthOf(
  memory: WatchedMemory | null,
  { run, limitBytes, endMs }: { run: string | null; limitBytes: number; endMs: number },
): MemoryGrowth {
  const isOfRun = memory !== null && memory.startedAt === (run === null ? null : inSeconds(run));
  const samples = isOfRun ? memory.samples : [];
  const told = { limitBytes, samples: samples.length };
  const newest = samples.at(-1);
  if (newest === undefined || samples.length < MIN_SAMPLES || endMs - newest.atMs > STALE_MS) return told;
  const least = Math.min(...samples.map(({ bytes }) => bytes));
  const baseBytes = least + (limitBytes - least) * BASE_SHARE;
  const from = samples.findLast(({ bytes }) => bytes <= baseBytes) ?? newest;
  return { ...told, rise: { fromBytes: from.bytes, spanMs: Math.round(endMs - from.atMs) } };
}

/** With one more; past `max` the one goes that is missed least, so that the past is kept the coarser the older it is. */
export function withSample(
  samples: readonly MemorySample[],
  sample: MemorySample,
  max: number,
): readonly MemorySample[] {
  const all = [...samples, sample];
  if (all.length <= max) return all;
  const gaps = all.map(({ atMs }, index) => {
    const [before, after] = [all[index - 1], all[index + 1]];
    if (before === undefined || after === undefined) return Number.POSITIVE_INFINITY;
    return (after.atMs - before.atMs) / (sample.atMs - atMs + STEP_MS);
  });
  return all.toSpliced(gaps.indexOf(Math.min(...gaps)), 1);
}
