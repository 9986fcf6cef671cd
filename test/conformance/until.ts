// Waiting on the time of whichever world the behaviours run in, real or virtual.
import { inspect } from 'node:util';
import type { Clock } from '../../lib/time/clock.ts';

const POLL_MS = 20;
const DEADLINE_MS = 30_000;
const NEVER = new AbortController().signal;

/** Resolves with what `look` answers once `isIt` holds for it; fails with what was seen last after 30 s. */
export async function until<T>(
  clock: Clock,
  look: () => T | Promise<T>,
  isIt: (seen: T) => boolean,
): Promise<T> {
  const endMs = clock.monotonicMs() + DEADLINE_MS;
  for (;;) {
    const seen = await look();
    if (isIt(seen)) return seen;
    if (clock.monotonicMs() > endMs)
      throw new Error(`not in ${DEADLINE_MS} ms: ${isIt}; last seen: ${inspect(seen, { depth: 6 })}`);
    await clock.sleep(POLL_MS, NEVER);
  }
}

/** Lets time pass in which something must not happen. */
export function letPass(clock: Clock, ms: number): Promise<void> {
  return clock.sleep(ms, NEVER);
}
