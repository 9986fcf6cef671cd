// When each finding was first seen: what is told only after a time needs it, and what comes and goes keeps its beginning.
// Tested in test/agent/findings/find.test.ts.
import type { Candidate } from './candidate.ts';

/** One that comes again so soon has never gone. */
const GAP_MS = 60_000;
/** What lasts no longer is nothing to keep. */
const KEEP_AFTER_MS = 60_000;
const ABOUT_DEPLOYMENT = ':deployments/';

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

/** When it began, ISO 8601: as it says itself, or was first seen. What says it of the device itself may only know since a start. */
export function beganAt(memory: Memory, { id, since, deployment }: Candidate, now: Date): string {
  const seen = memory.get(id)?.firstAt ?? now.toISOString();
  if (since === undefined) return seen;
  return deployment === null && Date.parse(seen) < Date.parse(since) ? seen : since;
}

/** What the next start of the agent has to know. Findings about deployments have times of their own, in their statuses. */
export function keptOf(memory: Memory, nowMs: number): Readonly<Record<string, string>> {
  const lasting = [...memory].filter(
    ([id, { firstMs }]) => nowMs - firstMs >= KEEP_AFTER_MS && !id.includes(ABOUT_DEPLOYMENT),
  );
  return Object.fromEntries(lasting.toSorted().map(([id, { firstAt }]) => [id, firstAt]));
}

/** The memory to begin with, of what the start before has kept. */
export function memoryOf(kept: Readonly<Record<string, string>>, { nowMs, now }: Moment): Memory {
  return new Map(
    Object.entries(kept).map(([id, firstAt]) => {
      const lastedMs = Math.max(0, now.getTime() - Date.parse(firstAt));
      return [id, { firstAt, firstMs: nowMs - lastedMs, lastMs: nowMs }];
    }),
  );
}
