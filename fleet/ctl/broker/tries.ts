// A broker that is starting, electing a leader or short of a node refuses for seconds what it grants afterwards.
// Tested in test/fleet/ctl/broker/connect.test.ts.
import type { Pause } from '../context/context.ts';

/** Between the three tries. */
const DELAYS_MS = [1000, 4000];

interface TryOptions<T> {
  readonly pause: Pause;
  readonly signal: AbortSignal;
  /** Whether this is good, or another try could not end otherwise. */
  readonly isFinal: (result: T) => boolean;
}

/** Resolves with the first result that is final, or else with the third. Rejects when `signal` aborts in between. */
export async function inThreeTries<T>(attempt: () => Promise<T>, options: TryOptions<T>): Promise<T> {
  const { pause, signal, isFinal } = options;
  for (const delayMs of DELAYS_MS) {
    const result = await attempt();
    if (signal.aborted || isFinal(result)) return result;
    await pause(delayMs, signal);
    signal.throwIfAborted();
  }
  return attempt();
}
