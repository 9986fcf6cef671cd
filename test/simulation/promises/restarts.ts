// §7.1: what already matches is not stopped.
import { hasSpec } from '../scene.ts';
import type { Promised } from './promise.ts';

/** What has run less is still being looked at: an update or a repair may well end it. */
const SETTLED_MS = 5 * 60_000;
const NAME = '1 no needless restart';

export const noNeedlessRestart: Promised = {
  name: NAME,
  watch(scene) {
    const { world, fleet } = scene;
    const startedMs = new Map<string, number>();
    world.daemon.witnesses.push((event, container) => {
      const { id, deployment, spec } = container;
      const nowMs = world.clock.monotonicMs();
      if (event === 'start') startedMs.set(id, nowMs);
      if (event === 'destroy') startedMs.delete(id);
      if (event !== 'stop' || !scene.isOurs(container) || scene.wasTouched(container)) return;
      if (scene.isNews(deployment)) return;
      const ranMs = nowMs - (startedMs.get(id) ?? nowMs);
      if (ranMs < SETTLED_MS || fleet.classOf(spec.service.image) !== 'good') return;
      const memory = scene.memoryOf(deployment);
      const others = world.up(deployment, spec.name).filter((other) => other !== container);
      const isTheOne =
        hasSpec(memory?.proven ?? null, container) && hasSpec(memory?.desired ?? null, container);
      if (memory !== null && isTheOne && others.length === 0)
        scene.fail(NAME, `${deployment}/${spec.name} was stopped after ${ranMs} ms, and is what was asked`);
    });
  },
};
