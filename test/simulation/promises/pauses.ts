// A pause that somebody asked for: nothing is done while it lasts, it lasts as long as it is to, and it ends.
import { leftOf } from '../../../agent/model/pause.ts';
import type { Pause } from '../../../agent/model/record.ts';
import type { Promised } from '../scene.ts';

const ALONE = 'a paused deployment is left alone';
const OUTLIVES = 'a pause outlives the agent';
const ENDS = 'a pause ends';
/** Steps that were begun before may still reach the engine. */
const UNDER_WAY_MS = 2 * 60_000;
const LOOK_MS = 1000;
/** What a start of the agent may cost of a pause. */
const START_MS = 60_000 + LOOK_MS;
/** Between two looks, and until the loop has looked. */
const LATE_MS = 2 * 3_600_000;

export const pausedIsLeftAlone: Promised = {
  name: ALONE,
  watch(scene) {
    const { world } = scene;
    const begunMs = new Map<string, number>();
    scene.memoryListeners.push((name, { record }) => {
      if (record.pause === undefined || record.pause.sinceMs === null) begunMs.delete(name);
      else if (!begunMs.has(name)) begunMs.set(name, world.clock.monotonicMs());
    });
    world.daemon.stepListeners.push((name, step) => {
      const pause = scene.memoryOf(name)?.record.pause;
      const sinceMs = begunMs.get(name);
      if (pause === undefined || sinceMs === undefined || leftOf(pause, world.processMs) <= 0) return;
      const pausedMs = world.clock.monotonicMs() - sinceMs;
      if (pausedMs > UNDER_WAY_MS) scene.fail(ALONE, `${name}: ${step.kind} after ${pausedMs} ms of a pause`);
    });
  },
};

interface Known {
  readonly pause: Pause;
  /** When it is over, in the world's time. */
  readonly dueMs: number;
}

export const pausesOutlive: Promised = {
  name: OUTLIVES,
  watch(scene) {
    const { world, fleet } = scene;
    const known = new Map<string, Known>();
    const resumed = new Set<string>();
    fleet.pauses.resumeListeners.push((name) => {
      for (const one of name === null ? fleet.plans.map((plan) => plan.name) : [name]) resumed.add(one);
    });
    fleet.pauses.pauseListeners.push((name, reason) => {
      const stored = scene.memoryOf(name)?.record.pause?.reason;
      if (stored !== reason) scene.fail(OUTLIVES, `${name}: "${reason}" was answered, and is not stored`);
    });
    scene.memoryListeners.push((name, { record: { pause } }) => {
      const before = known.get(name);
      const isSame = before?.pause.reason === pause?.reason && before?.pause.askedAt === pause?.askedAt;
      if (pause !== undefined) {
        const dueMs = world.clock.monotonicMs() + leftOf(pause, world.processMs);
        if (isSame && before !== undefined && dueMs < before.dueMs - START_MS)
          scene.fail(OUTLIVES, `${name}: "${pause.reason}" is to end ${before.dueMs - dueMs} ms sooner`);
        known.set(name, { pause, dueMs });
      } else {
        const isEarly = before !== undefined && world.clock.monotonicMs() < before.dueMs - LOOK_MS;
        if (isEarly && !resumed.has(name) && !scene.wasCommanded)
          scene.fail(OUTLIVES, `${name}: "${before.pause.reason}" is gone before its time`);
        known.delete(name);
        resumed.delete(name);
      }
    });
  },
};

export const pausesEnd: Promised = {
  name: ENDS,
  look(scene) {
    const { world, fleet, untroubledMs } = scene;
    if (world.store === null || world.isAgentFrozen || untroubledMs < LATE_MS) return;
    for (const { name } of fleet.plans) {
      const pause = scene.memoryOf(name)?.record.pause;
      if (pause !== undefined && pause.sinceMs !== null && leftOf(pause, world.processMs) < -LATE_MS)
        scene.fail(ENDS, `${name}: "${pause.reason}" is over, and goes on`);
    }
  },
  checkEnd(scene) {
    for (const { name } of scene.fleet.plans) {
      const pause = scene.memoryOf(name)?.record.pause;
      if (pause !== undefined) scene.fail(ENDS, `${name}: "${pause.reason}" has not ended`);
    }
  },
};
