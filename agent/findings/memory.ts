// When each finding was first seen: what is told only after a time needs it, and what comes and goes keeps its beginning.
// Tested in test/agent/findings/find.test.ts.
import type { Candidate } from './candidate.ts';

/** One that comes again so soon has never gone. */
const GAP_MS = 60_000;

interface Seen {
  readonly firstMs: number;
  readonly lastMs: number;
  /** Wall-clock time, ISO 8601. */
  readonly firstAt: string;
}

/** By id. A value: each look makes the next one. */
export type Memory = ReadonlyMap<string, Seen>;

export interface Moment {
  /** Monotonic. */
  readonly nowMs: number;
  readonly now: Date;
}

export const NOTHING_SEEN: Memory = new Map();

/** Notes what is there now, and forgets what has been gone for a minute. */
export function remember(before: Memory, candidates: readonly Candidate[], { nowMs, now }: Moment): Memory {
  const kept = [...before].filter(([, { lastMs }]) => nowMs - lastMs <= GAP_MS);
  const known = new Map(kept);
  for (const { id } of candidates) {
    const { firstMs = nowMs, firstAt = now.toISOString() } = known.get(id) ?? {};
    known.set(id, { firstMs, firstAt, lastMs: nowMs });
  }
  return known;
}

/** Whether it has lasted long enough to be told, as it says itself or as it was seen. */
export function isVisible(memory: Memory, one: Candidate, { nowMs, now }: Moment): boolean {
  const { id, visibleAfterMs, since } = one;
  const seen = memory.get(id);
  const lasted = [
    seen === undefined ? 0 : nowMs - seen.firstMs,
    since === undefined ? 0 : now.getTime() - Date.parse(since),
  ];
  return lasted.some((ms) => ms >= visibleAfterMs);
}

/** ISO 8601; of one that is not known, now. */
export function firstSeen(memory: Memory, { id }: Candidate, now: Date): string {
  return memory.get(id)?.firstAt ?? now.toISOString();
}
