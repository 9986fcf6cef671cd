// A service with a probe or a published port is there to run on: one that ends with 0 on SIGTERM is no job that is done.
import { expect } from 'vitest';
import { deployment, PROBE } from '../../fakes/deployments.ts';
import { programs } from '../../fakes/engine/programs.ts';
import type { World } from '../../fakes/world.ts';
import { test } from './world-test.ts';

const revision = (number: number, server: object = { probe: PROBE }) =>
  deployment({
    revision: number,
    services: { app: { image: `registry.test/app:${number}`, restart: 'on-failure', ...server } },
  });

async function converge(world: World, server?: object): Promise<void> {
  world.programs.set('registry.test/app:1', programs.stopsCleanly);
  world.startAgent();
  world.publish(revision(1, server));
  await world.untilPhase('line', 'converged', { revision: 1 });
}

test.for([
  ['a probe', { probe: PROBE }],
  ['a published port', { ports: [{ target: 80, published: '8080' }] }],
] as const)(
  'with %s it runs again after an orderly restart of the engine',
  async ([, server], { makeWorld }) => {
    const world = makeWorld();
    await converge(world, server);
    world.restartEngine({ downMs: 5000 });
    await world.run(5 * 60_000);
    expect(world.up('line')).toHaveLength(1);
    expect(world.status('line')?.phase).toBe('converged');
  },
);

test('also where its container was pruned after', async ({ makeWorld }) => {
  const world = makeWorld();
  await converge(world);
  world.restartEngine({ downMs: 5000 });
  await world.run(60_000);
  for (const { id } of world.daemon.of('line')) world.daemon.remove(id);
  await world.run(30 * 60_000);
  expect(world.up('line')).toHaveLength(1);
});

test('a rollback starts it again, where the store was lost while it was parked', async ({ makeWorld }) => {
  const world = makeWorld();
  await converge(world);
  world.programs.set('registry.test/app:2', programs.neverAnswers);
  world.publish(revision(2));
  await world.untilPhase('line', 'proving', { revision: 2 });
  await world.run(2000);
  world.killAgent();
  for (const name of world.disk.list('').filter((one) => one.includes('holdfast.db')))
    world.disk.remove(name);
  await world.untilPhase('line', 'rolled_back', { revision: 2 });
  await world.run(60_000);
  expect(world.up('line').map(({ spec }) => spec.revision)).toEqual([1]);
});
