// What gives no answer is asked for its threads before its end, once, and has its end then.
import type { Promised } from '../scene.ts';

const NAME = 'threads are asked once, and the stop waits for nothing else';
/** Of one run: it may be well in between, and fail anew. */
const MAX_ASKED = 4;
const WITHIN_MS = 60_000;

export const threadsAreAskedOnce: Promised = {
  name: NAME,
  watch(scene) {
    const { daemon, clock } = scene.world;
    const asked = new Map<string, number[]>();
    daemon.witnesses.push((event, { id }) => {
      if (event === 'start' || event === 'destroy') asked.delete(id);
    });
    daemon.stepListeners.push((deployment, step) => {
      const isEnd = step.kind === 'stop_container' || step.kind === 'restart_container';
      if (isEnd && scene.world.engine.asking.has(step.container))
        scene.fail(NAME, `${deployment}: ${step.kind} while ${step.container.slice(0, 6)} is asked`);
      if (step.kind !== 'read_last_logs' || step.asksThreads !== true) return;
      const nowMs = clock.monotonicMs();
      const times = [...(asked.get(step.container) ?? []), nowMs].filter((ms) => nowMs - ms < WITHIN_MS);
      asked.set(step.container, times);
      if (times.length > MAX_ASKED)
        scene.fail(
          NAME,
          `${deployment}: ${step.container.slice(0, 6)} was asked ${times.length} times in one run`,
        );
    });
  },
};
