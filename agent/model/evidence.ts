// Evidence: successes that were really seen. How long something has been good is told by them alone, never by a clock
// that ran on while nobody looked.

/** Successes with no break between them, by when each was asked for. Monotonic milliseconds. */
export interface Evidence {
  readonly sinceMs: number;
  readonly lastMs: number;
}

/** A question or a look. */
export interface Asking {
  /** When it began: what it shows is of no later moment. */
  readonly askedMs: number;
  /** When the process last ran again after it had stood still. What began before is no evidence. */
  readonly stalledMs: number;
}

/** The evidence with one more success. */
export function withSuccess(evidence: Evidence | null, { askedMs, stalledMs }: Asking): Evidence | null {
  if (askedMs < stalledMs) return null;
  return { sinceMs: sinceStall(evidence, stalledMs)?.sinceMs ?? askedMs, lastMs: askedMs };
}

/** What is left of it after a stall: nothing. */
export function sinceStall(evidence: Evidence | null, stalledMs: number): Evidence | null {
  return evidence !== null && evidence.sinceMs >= stalledMs ? evidence : null;
}

/** What several sources have shown together; `null` where one has shown nothing. */
export function allOf(sources: readonly (Evidence | null)[]): Evidence | null {
  const known = sources.filter((source) => source !== null);
  if (known.length < sources.length || known.length === 0) return null;
  return {
    sinceMs: Math.max(...known.map(({ sinceMs }) => sinceMs)),
    lastMs: Math.min(...known.map(({ lastMs }) => lastMs)),
  };
}

/** Whether it lasted for so long, from its first success to its newest. */
export function lasted(evidence: Evidence | null, ms: number): boolean {
  return evidence !== null && evidence.lastMs - evidence.sinceMs >= ms;
}

/** How long until one more success could be the last that is missing: 0 where none is. */
export function moreMs(evidence: Evidence | null, ms: number, nowMs: number): number {
  if (evidence === null) return ms;
  const { sinceMs, lastMs } = evidence;
  const leftMs = sinceMs + ms - nowMs;
  // It was asked for a little too early: by as much, or it would be asked for again and again.
  return leftMs > 0 ? leftMs : Math.max(0, sinceMs + ms - lastMs);
}
