// A host port that goes from one service to another, on a whole device: no start is tried before it is free.
import { expect } from 'vitest';
import { deployment, PROBE } from '../../fakes/deployments.ts';
import { programs } from '../../fakes/engine/programs.ts';
import type { World } from '../../fakes/world.ts';
import { test } from './world-test.ts';

const port = (published: string) => ({ ports: [{ target: 80, published }] });
const service = (name: string, revision: number, keys: object = {}) => ({
  image: `registry.test/${name}:${revision}`,
  probe: PROBE,
  ...keys,
});

async function converge(world: World, services: Parameters<typeof deployment>[0]['services']): Promise<void> {
  world.startAgent();
  world.publish(deployment({ revision: 1, ...(services === undefined ? {} : { services }) }));
  await world.untilPhase('line', 'converged', { revision: 1 });
}

function failedSteps(world: World): unknown[] {
  return world.toldEvents().filter(({ type }) => type === 'step_failed' || type === 'service_failed');
}

test('to a new service, also one that has a single chance', async ({ makeWorld }) => {
  const world = makeWorld();
  world.programs.set('registry.test/web:1', programs.slowToStop(4000));
  await converge(world, { web: service('web', 1, port('8080')) });
  const front = service('front', 2, { ...port('8080'), restart: 'no' });
  world.publish(deployment({ revision: 2, services: { web: service('web', 2), front } }));
  const status = await world.untilPhase('line', 'converged', { revision: 2 });
  expect(status.services.front).toMatchObject({ restarts: 0, last_failure: null });
  await world.run(60_000);
  expect(failedSteps(world)).toEqual([]);
});

test('and back in a rollback, where two services have swapped theirs', async ({ makeWorld }) => {
  const world = makeWorld();
  const services = (revision: number, [one, other]: readonly [string, string]) => ({
    a: service('a', revision, port(one)),
    b: service('b', revision, port(other)),
  });
  await converge(world, services(1, ['8080', '8081']));
  const before = world.up('line');
  for (const name of ['a', 'b'])
    world.programs.set(`registry.test/${name}:2`, (context) => ({
      ...programs.neverAnswers(context),
      stopTakesMs: 3000,
    }));
  world.publish(deployment({ revision: 2, services: services(2, ['8081', '8080']) }));
  await world.untilPhase('line', 'rolled_back', { revision: 2 });
  await world.run(60_000);
  expect(new Set(world.up('line'))).toEqual(new Set(before));
  const codes = world.toldEvents().map((event) => ('code' in event ? event.code : null));
  expect(codes).not.toContain('port_taken');
});
