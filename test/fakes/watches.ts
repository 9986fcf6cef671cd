// Promises watched as the engine moves: each of these is looked at after every event of the engine.
import type { World } from './world.ts';

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
