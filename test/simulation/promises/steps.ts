// No plan undoes itself: what is asked of the engine for one thing again and again has a bound.
import { serviceOf } from '../../../agent/model/step-table.ts';
import type { Promised } from '../scene.ts';

const NAME = '12 no step is asked for without end';
/** More than the shortest waits between failures allow, with all documents of a bad hour. */
const MAX_STEPS = 100;
const WITHIN_MS = 10 * 60_000;

export const stepsAreBounded: Promised = {
  name: NAME,
  watch(scene) {
    const { daemon, clock } = scene.world;
    const asked = new Map<string, number[]>();
    daemon.stepListeners.push((deployment, step) => {
      const key = `${deployment} ${step.kind} ${serviceOf(step) ?? ''}`;
      const nowMs = clock.monotonicMs();
      const times = asked.get(key) ?? [];
      asked.set(key, times);
      times.push(nowMs);
      if (times.length <= MAX_STEPS) return;
      const firstMs = times.shift() ?? nowMs;
      if (nowMs - firstMs < WITHIN_MS)
        scene.fail(NAME, `${key}, ${MAX_STEPS} times in ${nowMs - firstMs} ms`);
    });
  },
};
