// Hands on containers, and a kernel that ignores what is asked of it.
import type { Container } from '../../fakes/engine/container.ts';
import type { FaultKind, Site } from './fault-kind.ts';
import { startForeign } from './foreign.ts';

/** One of the agent's containers, up or not as asked; `null` where there is none. */
function anyContainer({ world, fleet, random, byHand }: Site, isUp: boolean): Container | null {
  const names = fleet.plans.map(({ name }) => name);
  const fitting = [...world.daemon.containers.values()].filter(
    (container) => names.includes(container.deployment) && (container.isUp || !isUp),
  );
  const container = fitting[Math.floor(random() * fitting.length)] ?? null;
  if (container !== null) byHand(container.id);
  return container;
}

export const containerFaults: readonly FaultKind[] = [
  {
    kind: 'container_stopped_by_hand',
    strike: (site) => void anyContainer(site, true)?.stop(1000),
  },
  { kind: 'container_killed', strike: (site) => anyContainer(site, true)?.crash(137) },
  { kind: 'container_oom', strike: (site) => anyContainer(site, true)?.crash(137, true) },
  { kind: 'container_paused', strike: (site) => anyContainer(site, true)?.pause() },
  {
    kind: 'container_removed_by_hand',
    strike: (site) => {
      const container = anyContainer(site, false);
      if (container !== null) site.world.daemon.remove(container.id);
    },
  },
  { kind: 'foreign_container', strike: ({ world }) => startForeign(world) },
  {
    kind: 'limits_ignored',
    strike: ({ world, lastsMs }) => {
      world.daemon.enforces = [];
      world.clock.schedule(lastsMs, () => {
        world.daemon.enforces = ['memory', 'cpus', 'pids'];
      });
    },
  },
];
