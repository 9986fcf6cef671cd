// Virtual time that runs on by itself, so that behaviours which are written for real time pass on it at once.
import { VirtualClock } from '../fakes/virtual-clock.ts';

const STRIDE_MS = 10;

export function freeRunning(): { readonly clock: VirtualClock; readonly stop: () => Promise<void> } {
  const clock = new VirtualClock();
  let isStopped = false;
  const running = (async () => {
    while (!isStopped) await clock.advance(STRIDE_MS);
  })();
  return {
    clock,
    stop: () => {
      isStopped = true;
      return running;
    },
  };
}
