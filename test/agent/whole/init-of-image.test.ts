// An image that brings its own init process, on a whole device: PID 1 is left to it unless the document says otherwise.
import { expect } from 'vitest';
import { deployment, PROBE } from '../../fakes/deployments.ts';
import { programs } from '../../fakes/engine/programs.ts';
import type { World } from '../../fakes/world.ts';
import { test } from './world-test.ts';

const IMAGE = 'registry.test/home:1';

function deploy(world: World, keys: object): void {
  world.registry.push(IMAGE, { process: { Entrypoint: ['/init'] } });
  world.programs.set(IMAGE, programs.onlyAsPid1(programs.healthy));
  world.startAgent();
  world.publish(deployment({ revision: 1, services: { home: { image: IMAGE, probe: PROBE, ...keys } } }));
}

test('it runs where nothing is said, and keeps its container over a restart of the agent', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  deploy(world, {});
  const { services } = await world.untilPhase('line', 'converged', { revision: 1 });
  expect(services.home).toMatchObject({ init: 'image', health: 'healthy', restarts: 0 });
  const before = world.up('line');
  await world.restartAgent();
  await world.run(120_000);
  expect(world.up('line')).toEqual(before);
});

test('with an init process asked for it fails, and the reason says what to do', async ({ makeWorld }) => {
  const world = makeWorld();
  deploy(world, { init: true });
  const { reason, services } = await world.untilPhase('line', 'failed', { revision: 1 });
  expect(reason).toMatchObject({ code: 'exited', hint: expect.stringContaining('init: false') });
  expect(services.home?.init).toBe('engine');
});

test('an image of another kind has the engine’s', async ({ makeWorld }) => {
  const world = makeWorld();
  world.startAgent();
  world.publish(deployment({ revision: 1 }));
  const { services } = await world.untilPhase('line', 'converged', { revision: 1 });
  expect(Object.values(services).map(({ init }) => init)).toEqual(['engine']);
});
