// Hands on containers, and a kernel that ignores what is asked of it.
import type { Random } from '../../../lib/time/clock.ts';
import type { Container } from '../../fakes/engine/container.ts';
import type { FaultKind, Site } from './fault-kind.ts';
import { startForeign } from './foreign.ts';

const DAY_MS = 86_400_000;

/** One of the agent's containers, up or not as asked; `null` where there is none. */
function anyContainer({ world, fleet, random, byHand }: Site, isUp: boolean): Container | null {
  const names = fleet.plans.map(({ name }) => name);
  const fitting = [...world.daemon.containers.values()].filter(
    (container) => names.includes(container.deployment) && !container.isForeign && (container.isUp || !isUp),
  );
  const container = fitting[Math.floor(random() * fitting.length)] ?? null;
  if (container !== null) byHand(container.id);
  return container;
}

/** What a technician tries out. A policy of `no` starts nothing that the agent has stopped. */
function changeSettings(container: Container, random: Random): void {
  const { settings } = container;
  container.update(
    random() < 0.5 ? { ...settings, restartPolicy: 'no' } : { ...settings, memoryBytes: 32 * 1024 ** 2 },
  );
}

/** As `docker network disconnect --force` and `docker network rm` do it. */
function removeNetwork({ world, fleet, random, byHand }: Site): void {
  const names = fleet.plans.map(({ name }) => name);
  const fitting = [...world.daemon.networks.keys()].filter((network) =>
    names.includes(network.split('/')[0] ?? ''),
  );
  const [deployment = '', network = ''] = fitting[Math.floor(random() * fitting.length)]?.split('/') ?? [];
  for (const { id } of world.daemon.of(deployment)) byHand(id);
  world.daemon.loseNetwork(deployment, network);
}

/** With its image, which nothing else asks for just now: an update would count on it. */
function removeWithImage({ world, fleet, random, byHand }: Site): void {
  const resting = fleet.plans.filter(({ name }) => world.standing(name) === 'converged');
  const fitting = resting.flatMap(({ name }) => world.up(name));
  const container = fitting[Math.floor(random() * fitting.length)];
  if (container === undefined) return;
  byHand(container.id);
  world.daemon.remove(container.id);
  const { image, spec } = container;
  world.daemon.images.removeName({ reference: spec.service.image.text, imageId: image.id }, new Set());
}

/**
 * `docker commit` and `docker run`, as a technician does to look inside, or a tool that duplicates a container with its
 * ports and networks; or one that somebody gave the deployment's label alone.
 */
function copyContainer(site: Site): void {
  const { world, fleet, random, lastsMs } = site;
  const names = fleet.plans.map(({ name }) => name);
  const ours = [...world.daemon.containers.values()].filter(
    ({ deployment, isForeign }) => names.includes(deployment) && !isForeign,
  );
  const of = ours[Math.floor(random() * ours.length)];
  if (of === undefined) return;
  const isWhole = random() < 0.3;
  const copy = world.daemon.copy(of, { isWhole, isNamed: random() < 0.7 });
  if (random() < 0.7) copy.start();
  // One that has the ports and volumes of a service keeps it from starting, and them from being removed.
  if (isWhole) world.clock.schedule(Math.min(lastsMs, DAY_MS), () => removeByHand(site, copy.id));
}

export function removeByHand({ world, byHand }: Pick<Site, 'world' | 'byHand'>, id: string): void {
  byHand(id);
  world.daemon.remove(id);
}

/** `docker container prune`: all that does not run goes, also what is done and what an update keeps. */
function prune({ world, byHand }: Site): void {
  for (const { id, isUp } of [...world.daemon.containers.values()]) {
    if (!isUp) removeByHand({ world, byHand }, id);
  }
}

/** Also one that the agent has stopped and keeps; whatever runs beside it then is not the agent's doing. */
function startStopped({ world, fleet, random, byHand }: Site): void {
  const names = fleet.plans.map(({ name }) => name);
  const stopped = [...world.daemon.containers.values()].filter(
    ({ deployment, isUp, isForeign }) => names.includes(deployment) && !isUp && !isForeign,
  );
  const container = stopped[Math.floor(random() * stopped.length)];
  if (container === undefined) return;
  for (const { id } of world.daemon.of(container.deployment)) byHand(id);
  container.start();
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
  { kind: 'container_copied', strike: copyContainer },
  { kind: 'stopped_containers_pruned', strike: prune },
  { kind: 'container_started_by_hand', strike: startStopped },
  { kind: 'container_and_image_removed', strike: removeWithImage },
  {
    kind: 'settings_changed_by_hand',
    strike: (site) => {
      const container = anyContainer(site, true);
      if (container !== null) changeSettings(container, site.random);
    },
  },
  { kind: 'network_removed_by_hand', strike: removeNetwork },
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
