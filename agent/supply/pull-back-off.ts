// How long a pull waits that failed: by how soon it may work, and by what it has cost to find out.

import { equalJitter, nextCeilingMs } from '../../lib/time/back-off.ts';
import { type RetryClass, retryOf } from '../../protocol/reports/reasons.ts';
import type { PullFailure } from '../ports/supplier.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const MIB = 1024 ** 2;

/** The wait doubles with each failure in a row; of each bound half at least is waited. */
const SOON = { baseMs: 10 * SECOND_MS, capMs: 5 * MINUTE_MS };
/** An image that is not there may be pushed yet, but seldom is: asking costs the registry and the link. */
const LASTING = { baseMs: 10 * MINUTE_MS, capMs: 4 * HOUR_MS };
/** Registries count by the hour or longer. */
const RATE_LIMITED = { baseMs: 10 * MINUTE_MS, capMs: HOUR_MS };

const BOUNDS: Readonly<Record<RetryClass, typeof SOON>> = {
  soon: SOON,
  rate_limited: RATE_LIMITED,
  seldom: LASTING,
  on_change: LASTING,
};

/**
 * Bytes that were fetched in vain are waited for at 1 MiB a second at first, and in the end at 512 MiB a day: with half
 * of that waited at least, no image costs more than 1 GiB a day in vain, or twice its size where it is larger.
 */
const FIRST_RATE = MIB / SECOND_MS;
const LAST_RATE = (512 * MIB) / DAY_MS;

/** What is known of pulls of one image that failed in a row. */
export interface Tries {
  readonly isTransient: boolean;
  readonly inRow: number;
  /** What the last one fetched. */
  readonly fetchedBytes: number;
}

/** A failure of another kind begins a row of its own. */
export function noteTry(before: Tries | undefined, failure: PullFailure, fetchedBytes: number): Tries {
  const isTransient = isTransientPull(failure);
  const inRow = before?.isTransient === isTransient ? before.inRow + 1 : 1;
  return { isTransient, inRow, fetchedBytes };
}

/** `chance` is uniform in [0, 1). */
export function waitMs({ inRow, fetchedBytes }: Tries, failure: PullFailure, chance: number): number {
  const { baseMs, capMs } = BOUNDS[failure.retry ?? retryOf(failure.code)];
  const limits = {
    baseMs: baseMs + fetchedBytes / FIRST_RATE,
    capMs: Math.min(capMs + fetchedBytes / LAST_RATE, DAY_MS),
  };
  const ownMs = equalJitter(nextCeilingMs({ limits, failures: inRow - 1 }), chance);
  return Math.max(ownMs, Math.min(failure.retryAfterMs ?? 0, DAY_MS));
}

/** Whether it may well work soon: a network that is away, a full disk; not an image that is not there. */
export function isTransientPull({ code, retry = retryOf(code) }: PullFailure): boolean {
  return BOUNDS[retry] !== LASTING;
}
