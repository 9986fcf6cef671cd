// The MQTT client's ping timer, run by our clock, so that a simulation owns it too.
// Tested in test/agent/line/broker-line.test.ts.
import type { Tasks } from '../failures/tasks.ts';
import type { Clock } from '../time/clock.ts';

/** In the shape of mqtt's `timerVariant`: a setInterval and its clear. */
export interface IntervalTimer {
  set(callback: () => void, everyMs: number): number;
  clear(id: number): void;
}

export function intervalTimer(clock: Clock, tasks: Tasks): IntervalTimer {
  const running = new Map<number, AbortController>();
  let lastId = 0;
  return {
    set(callback, everyMs) {
      const controller = new AbortController();
      lastId += 1;
      running.set(lastId, controller);
      tasks.run(repeat({ clock, callback, everyMs, signal: controller.signal }));
      return lastId;
    },
    clear(id) {
      running.get(id)?.abort();
      running.delete(id);
    },
  };
}

interface Repetition {
  readonly clock: Clock;
  readonly callback: () => void;
  readonly everyMs: number;
  readonly signal: AbortSignal;
}

async function repeat({ clock, callback, everyMs, signal }: Repetition): Promise<void> {
  await clock.sleep(everyMs, signal);
  while (!signal.aborted) {
    callback();
    await clock.sleep(everyMs, signal);
  }
}
