// The machine's own clock, as `agent/ports/clock.ts` wants it.
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../ports/clock.ts';

/** Longest delay that setTimeout takes; past it Node fires at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  wallTime: () => new Date(),
  async sleep(ms, signal) {
    // Not at once: a loop that forgets to look at its signal costs the processor, and does not stop all else.
    if (signal.aborted) await setImmediate();
    for (let leftMs = ms; leftMs > 0 && !signal.aborted; leftMs -= MAX_TIMEOUT_MS) {
      await wait(Math.min(leftMs, MAX_TIMEOUT_MS), signal);
    }
  },
};

/** Leaves neither timer nor listener behind, whichever way it ends. */
function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal.addEventListener('abort', finish);
  });
}
