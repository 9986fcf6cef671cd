// A broker that is starting, electing a leader or short of a node refuses for seconds what it grants afterwards.
import type { Pause } from '../host.ts';

/** Between the three tries. */
const DELAYS_MS = [1000, 4000];

interface TryOptions {
  readonly pause: Pause;
  readonly signal: AbortSignal;
  /** Whether another try may end otherwise. */
  readonly isWorthAnother: (error: unknown) => boolean;
}

/** Resolves with the first try that succeeds; rejects as the last one does. */
export async function inThreeTries<T>(attempt: () => Promise<T>, options: TryOptions): Promise<T> {
  const { pause, signal, isWorthAnother } = options;
  for (const delayMs of DELAYS_MS) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted || !isWorthAnother(error)) throw error;
    }
    await pause(delayMs, signal);
    signal.throwIfAborted();
  }
  return attempt();
}
