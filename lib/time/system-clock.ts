// The machine's own clock, as `lib/time/clock.ts` wants it.
import type { Clock } from './clock.ts';
import { MAX_TIMER_MS, setTimer } from './timer.ts';

export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  wallTime: () => new Date(),
  async sleep(ms, signal) {
    // Not at once: a loop that forgets to look at its signal costs the processor, and does not stop all else.
    if (signal.aborted) await new Promise((resolve) => setImmediate(resolve));
    for (let leftMs = ms; leftMs > 0 && !signal.aborted; leftMs -= MAX_TIMER_MS) {
      await wait(leftMs, signal);
    }
  },
};

/** Leaves neither timer nor listener behind, whichever way it ends. */
function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      cancel();
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const cancel = setTimer(finish, ms);
    signal.addEventListener('abort', finish);
  });
}
