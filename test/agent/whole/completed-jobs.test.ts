// A job that is done is done: also when its container is gone, as after a prune.
import { expect } from 'vitest';
import { absent, deployment, PROBE } from '../../fakes/deployments.ts';
import { programs } from '../../fakes/engine/programs.ts';
import type { World } from '../../fakes/world.ts';
import { test } from './world-test.ts';

const HOUR_MS = 3_600_000;

/** Version 1 of the job and of who awaits it, unless told otherwise. */
function withJob(revision: number, { job = 1, app = 1, restart = 'no' } = {}) {
  const services = {
    job: { image: `registry.test/job:${job}`, restart },
    app: {
      image: `registry.test/app:${app}`,
      depends_on: { job: { condition: 'service_completed_successfully' } },
    },
  };
  return deployment({ revision, services });
}

/** The versions of the job that were started, in order. */
function watchJobs(world: World): number[] {
  const started: number[] = [];
  for (const version of [1, 2])
    world.programs.set(`registry.test/job:${version}`, programs.exitsAfter(2000, 0));
  world.daemon.witnesses.push((event, { spec }) => {
    const [name, version] = spec.service.image.text.split(':');
    if (event === 'start' && name === 'registry.test/job') started.push(Number(version));
  });
  return started;
}

/** As `docker system prune --all` does. */
function prune(world: World): void {
  for (const container of world.daemon.of('line')) {
    if (container.isUp) continue;
    world.daemon.remove(container.id);
    const { spec, image } = container;
    world.daemon.images.removeName({ reference: spec.service.image.text, imageId: image.id }, new Set());
  }
}

test('a job that others wait for is done when it exits with 0, whatever looks after it', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  const started = watchJobs(world);
  world.startAgent();
  const { services } = withJob(1);
  const server = { probe: PROBE, ports: [{ target: 80, published: '8080' }] };
  const job = { image: 'registry.test/job:1', restart: 'on-failure', ...server };
  world.publish(deployment({ revision: 1, services: { ...services, job } }));
  await world.untilPhase('line', 'converged', { revision: 1 });
  await world.run(HOUR_MS);
  expect(started).toEqual([1]);
});

test.for(['no', 'on-failure'])(
  'a job with restart "%s" whose container is pruned is not done again, and who awaits it runs on',
  async (restart, { makeWorld }) => {
    const world = makeWorld();
    const started = watchJobs(world);
    world.startAgent();
    world.publish(withJob(1, { restart }));
    await world.untilPhase('line', 'converged', { revision: 1 });
    prune(world);
    await world.run(HOUR_MS);
    await world.restartAgent();
    world.powerCut();
    await world.run(HOUR_MS);
    for (const { id } of world.up('line', 'app')) world.daemon.remove(id);
    await world.run(HOUR_MS);
    expect(started).toEqual([1]);
    const status = await world.untilPhase('line', 'converged', { revision: 1 });
    expect(status.services.job).toMatchObject({
      state: 'exited',
      exit_code: 0,
      container: null,
      progress: null,
    });
    expect(status.services.app).toMatchObject({ state: 'running', health: 'healthy' });
    expect(world.registry.pulls.get('registry.test/job:1')).toBe(1);
  },
);

test('an update does a pruned job again where it asks for another, and not where it asks for the same', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  const started = watchJobs(world);
  world.startAgent();
  world.publish(withJob(1));
  await world.untilPhase('line', 'converged', { revision: 1 });
  prune(world);
  world.publish(withJob(2, { app: 2 }));
  await world.untilPhase('line', 'converged', { revision: 2 });
  expect(started).toEqual([1]);
  world.publish(withJob(3, { job: 2, app: 2 }));
  await world.untilPhase('line', 'converged', { revision: 3 });
  expect(started).toEqual([1, 2]);
});

test('a rollback does the job of the revision before not again, though it was pruned', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  const started = watchJobs(world);
  world.programs.set('registry.test/app:2', programs.crashesAtOnce);
  world.startAgent();
  world.publish(withJob(1));
  await world.untilPhase('line', 'converged', { revision: 1 });
  prune(world);
  world.publish(withJob(2, { job: 2, app: 2 }));
  await world.untilPhase('line', 'rolled_back', { revision: 2 });
  await world.run(HOUR_MS);
  expect(started).toEqual([1, 2]);
});

test('a pruned job is done again after its deployment was removed, and not by a retry', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  const started = watchJobs(world);
  world.startAgent();
  world.publish(withJob(1));
  await world.untilPhase('line', 'converged', { revision: 1 });
  prune(world);
  await world.run(60_000);
  await world.retry('line');
  await world.run(60_000);
  expect(started).toEqual([1]);
  world.publish(absent(2));
  await world.untilPhase('line', 'removed', { revision: 2 });
  world.publish(withJob(3));
  await world.until(() => started.length === 2);
  await world.untilPhase('line', 'converged');
  await world.run(HOUR_MS);
  expect(started).toEqual([1, 1]);
});

test('a job that is to run on from now on is no job any more', async ({ makeWorld }) => {
  const world = makeWorld();
  watchJobs(world);
  world.startAgent();
  world.publish(withJob(1));
  await world.untilPhase('line', 'converged', { revision: 1 });
  prune(world);
  world.programs.set('registry.test/job:1', programs.healthy);
  const job = { image: 'registry.test/job:1', restart: 'always' };
  world.publish(deployment({ revision: 2, services: { job } }));
  await world.untilPhase('line', 'converged', { revision: 2 });
  expect(world.up('line', 'job')).toHaveLength(1);
});

test('what ran on before makes way for a job that was done and pruned', async ({ makeWorld }) => {
  const world = makeWorld();
  const started = watchJobs(world);
  world.programs.set('registry.test/app:2', programs.crashesAtOnce);
  world.startAgent();
  const job = { image: 'registry.test/server:1' };
  world.publish(deployment({ revision: 1, services: { job } }));
  await world.untilPhase('line', 'converged', { revision: 1 });
  world.publish(withJob(2, { app: 2 }));
  await world.untilPhase('line', 'rolled_back', { revision: 2 });
  world.programs.set('registry.test/app:2', programs.healthy);
  world.publish(withJob(3, { app: 2, restart: 'on-failure' }));
  await world.untilPhase('line', 'converged', { revision: 3 });
  await world.run(HOUR_MS);
  expect(world.up('line', 'job')).toEqual([]);
  expect(started).toEqual([1]);
});
