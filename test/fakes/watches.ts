// Promises watched as the engine moves: each of these is looked at after every event of the engine, and
// borders between phases as the record is stored.
import type { Standing } from './standing.ts';
import type { World } from './world.ts';

/** Calls back with each phase that a deployment enters from now on, as soon as it is durable, and the one before. */
export function watchBorders(
  world: World,
  deployment: string,
  onEnter: (entered: Standing, left: Standing | null) => void,
): void {
  let before = world.standing(deployment);
  world.onWrite = (write) => {
    const entered = write === 'writeRecord' ? world.standing(deployment) : null;
    if (entered === null || entered === before) return;
    const left = before;
    before = entered;
    onEnter(entered, left);
  };
}

/** Contract §7.5: when each container that runs was started, in the world's time. */
export function watchStartTimes(world: World): ReadonlyMap<string, number> {
  const started = new Map<string, number>();
  world.daemon.witnesses.push((event, { id }) => {
    if (event === 'start') started.set(id, world.clock.monotonicMs());
  });
  return started;
}

/** Contract §7.6: moments at which two containers of one service ran. */
export function watchForTwins(world: World): string[] {
  const seen: string[] = [];
  world.daemon.witnesses.push((event, container) => {
    const { deployment, spec } = container;
    const running = world.daemon
      .of(deployment, spec.name)
      .filter(({ state }) => state === 'running' || state === 'paused');
    if (event === 'start' && running.length > 1)
      seen.push(`${at(world)}: ${running.length} of ${deployment}/${spec.name} run`);
  });
  return seen;
}

/** Contract §7.6: moments at which fewer than `atLeast` containers of a service answered. */
export function watchForGaps(
  world: World,
  { deployment, service, atLeast }: { deployment: string; service: string; atLeast: number },
): string[] {
  const seen: string[] = [];
  world.daemon.witnesses.push((event) => {
    const answering = world.daemon.of(deployment, service).filter(({ isAnswering }) => isAnswering);
    if (answering.length < atLeast)
      seen.push(`${at(world)}: ${answering.length} of ${service} answer after ${event}`);
  });
  return seen;
}

/** Contract §7.1: every start of a container, by its id. */
export function watchStarts(world: World): string[] {
  const started: string[] = [];
  world.daemon.witnesses.push((event, { id }) => {
    if (event === 'start') started.push(id);
  });
  return started;
}

/** Contract §7.4: moments at which a service was stopped whose successor's image was not there. */
export function watchForEarlyStops(world: World, successorImage: string): string[] {
  const seen: string[] = [];
  world.daemon.witnesses.push((event, { spec }) => {
    if (event === 'stop' && world.daemon.images.find(successorImage) === null)
      seen.push(`${at(world)}: ${spec.name} stopped before ${successorImage} was there`);
  });
  return seen;
}

function at(world: World): string {
  return `${world.clock.monotonicMs()} ms`;
}
