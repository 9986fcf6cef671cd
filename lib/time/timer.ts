// The one place where a timer of Node's is set. Its own take what they are given too literally: past 2^31 ms
// setTimeout fires at once, and AbortSignal.timeout throws at a fraction of a millisecond.

/** Longest delay that a timer takes, about 24 days. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** Calls back once, after `ms` or the longest that a timer takes; returns what takes it back. */
export function setTimer(callback: () => void, ms: number): () => void {
  const timer = setTimeout(callback, clamp(ms));
  return () => clearTimeout(timer);
}

/** Aborts after `ms`, or the longest that a timer takes; and with any of `others`. Keeps no process alive. */
export function signalAfter(ms: number, ...others: readonly AbortSignal[]): AbortSignal {
  return AbortSignal.any([AbortSignal.timeout(clamp(ms)), ...others]);
}

/** Whole milliseconds that any timer takes, rounded up, so that none fires before its time. */
function clamp(ms: number): number {
  return ms > 0 ? Math.min(MAX_TIMER_MS, Math.ceil(ms)) : 0;
}
