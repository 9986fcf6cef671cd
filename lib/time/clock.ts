// Time and chance, passed in so that tests and simulations own them.

export interface Clock {
  /** Milliseconds that never run backwards, from an arbitrary start. All delays and deadlines use it. */
  monotonicMs(): number;
  /** Wall-clock time, for people and logs only: it may jump, or say 1970. */
  wallTime(): Date;
  /**
   * Resolves after `ms`, or promptly when `signal` aborts. Never rejects. Whoever sleeps in a loop ends it when
   * `signal` is aborted.
   */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** Uniform in [0, 1). */
export type Random = () => number;
