// §7.11: a wait that was begun is kept, also by the next life of the agent, until it is over or somebody ends it.
import type { Promised } from '../scene.ts';

const NAME = '11 a wait outlives the agent';

interface Wait {
  readonly spec: string;
  /** Of which failure: the next one makes another wait. */
  readonly failedAt: string | undefined;
  readonly dueMs: number;
}

export const waitsAreKept: Promised = {
  name: NAME,
  watch(scene) {
    const { world } = scene;
    const waits = new Map<string, Wait>();
    scene.memoryListeners.push((name, { record }) => {
      const nowMs = world.clock.monotonicMs();
      const bornMs = nowMs - world.processMs;
      for (const [service, { spec, lastFailure, retryAtMs }] of Object.entries(record.services)) {
        const key = `${name}/${service}`;
        const before = waits.get(key);
        const dueMs = (retryAtMs ?? 0) + bornMs;
        const isSame = before?.spec === spec && before.failedAt === lastFailure?.at;
        const isShorter = isSame && nowMs < before.dueMs - 1 && dueMs < before.dueMs - 1;
        if (isShorter && !scene.wasCommanded)
          scene.fail(NAME, `${key} was to be left alone for ${before.dueMs - nowMs} ms more`);
        waits.set(key, { spec, failedAt: lastFailure?.at, dueMs });
      }
    });
  },
};
