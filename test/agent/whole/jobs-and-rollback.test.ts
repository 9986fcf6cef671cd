// A rollback, a retry and a hold find a job of the revision before done, though its container was pruned.
import { expect } from 'vitest';
import { deployment, PROBE } from '../../fakes/deployments.ts';
import { programs } from '../../fakes/engine/programs.ts';
import { test } from './world-test.ts';

test('the revision before runs again, whose job was done and pruned', async ({ makeWorld }) => {
  const world = makeWorld();
  const services = (revision: number) => ({
    job: { image: 'registry.test/job:latest', restart: 'no', pull_policy: 'always' },
    app: {
      image: `registry.test/app:${revision}`,
      probe: PROBE,
      depends_on: { job: { condition: 'service_completed_successfully' } },
    },
  });
  world.programs.set('registry.test/job:latest', programs.exitsAfter(1000, 0));
  world.startAgent();
  world.publish(deployment({ revision: 1, services: services(1) }));
  await world.untilPhase('line', 'converged', { revision: 1 });
  for (const { id } of world.daemon.of('line', 'job')) world.daemon.remove(id);
  await world.run(60_000);
  world.registry.push('registry.test/job:latest');
  world.programs.set('registry.test/job:latest', programs.exitsAfter(1000, 1));
  world.publish(deployment({ revision: 2, services: services(2) }));
  await world.run(30 * 60_000);
  expect(world.status('line')?.phase).toBe('rolled_back');
  expect(world.up('line', 'app').map(({ spec }) => spec.revision)).toEqual([1]);
});

test('a retry, as `holdfast status` asks for, leaves the revision before running, whose job was done and pruned', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  const services = (revision: number) => ({
    job: { image: 'registry.test/job:1', restart: 'no' },
    app: {
      image: `registry.test/app:${revision}`,
      probe: PROBE,
      depends_on: { job: { condition: 'service_completed_successfully' } },
    },
  });
  // Work that cannot be done twice.
  let jobs = 0;
  world.programs.set('registry.test/job:1', (context) => {
    jobs += 1;
    return programs.exitsAfter(1000, jobs === 1 ? 0 : 1)(context);
  });
  world.programs.set('registry.test/app:2', programs.crashesAtOnce);
  world.startAgent();
  world.publish(deployment({ revision: 1, services: services(1) }));
  await world.untilPhase('line', 'converged', { revision: 1 });
  for (const { id } of world.daemon.of('line', 'job')) world.daemon.remove(id);
  world.publish(deployment({ revision: 2, services: services(2) }));
  await world.untilPhase('line', 'rolled_back', { revision: 2 });
  await world.retry('line');
  await world.run(10 * 60_000);
  expect(world.up('line', 'app').map(({ spec }) => spec.revision)).toEqual([1]);
});

test('while a program holds the update its job is not done in the name of the revision before', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  let jobs = 0;
  world.daemon.witnesses.push((event, { spec }) => {
    if (event === 'start' && spec.name === 'job') jobs += 1;
    if (event === 'create' && spec.revision === 2) world.host.held.add('line');
  });
  world.programs.set('registry.test/job:latest', programs.exitsAfter(1000, 0));
  const revision = (number: number) =>
    deployment({
      revision: number,
      update: { healthy_after: '5s', deadline: '60s', hold: true },
      services: {
        job: { image: 'registry.test/job:latest', restart: 'no', pull_policy: 'always' },
        app: { image: `registry.test/app:${number}`, probe: PROBE },
      },
    });
  world.startAgent();
  world.publish(revision(1));
  await world.untilPhase('line', 'converged', { revision: 1 });
  for (const { id } of world.daemon.of('line', 'job')) world.daemon.remove(id);
  await world.run(60_000);
  world.registry.push('registry.test/job:latest');
  world.publish(revision(2));
  await world.untilPhase('line', 'waiting', { revision: 2 });
  await world.run(5 * 60_000);
  expect(jobs).toBe(1);
});
