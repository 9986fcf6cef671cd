// §7.1: what already matches is not stopped.
import type { Container } from '../../fakes/engine/container.ts';
import type { Promised } from '../scene.ts';
import { hasSpec, isAsked, type Scene } from '../scene.ts';

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
      if (ranMs < SETTLED_MS || fleet.classOf(spec.service.image.text) !== 'good') return;
      const memory = scene.memoryOf(deployment);
      const others = world.up(deployment, spec.name).filter((other) => other !== container);
      if (memory === null || others.length > 0 || isOrderLost(scene, container)) return;
      if (hasSpec(memory.proven, container) && isAsked(scene, memory, container))
        scene.fail(NAME, `${deployment}/${spec.name} was stopped after ${ranMs} ms, and is what was asked`);
    });
  },
};

/**
 * Of a service in another's namespaces: whether it looks as if that one had started after it, as the clock ran back
 * between the two, and the agent's memory of their order went with a damaged database.
 */
function isOrderLost({ world }: Scene, { joins, startedAt }: Container): boolean {
  const hosts = joins.map((id) => world.daemon.containers.get(id)?.startedAt ?? '');
  return world.recoveries > 0 && hosts.some((host) => Date.parse(host) > Date.parse(startedAt ?? ''));
}
