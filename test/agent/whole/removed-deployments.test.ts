// Removed deployments on a whole device: they cost no loop, are told all the same, and are bounded in number.
import { describe, expect } from 'vitest';
import { absent, deployment } from '../../fakes/deployments.ts';
import { programs } from '../../fakes/engine/programs.ts';
import { watchStarts } from '../../fakes/watches.ts';
import type { World } from '../../fakes/world.ts';
import { test } from './world-test.ts';

const MINUTE_MS = 60_000;

async function remove(world: World): Promise<void> {
  world.startAgent();
  world.publish(deployment({ revision: 1 }));
  await world.untilPhase('line', 'converged');
  world.publish(absent(2));
  await world.untilPhase('line', 'removed');
}

/** How often the engine was asked for the deployment's state while this ran. */
async function looksDuring(world: World, ms: number): Promise<number> {
  let looks = 0;
  const observe = world.daemon.observe.bind(world.daemon);
  world.daemon.observe = (name) => {
    looks += 1;
    return observe(name);
  };
  await world.run(ms);
  world.daemon.observe = observe;
  return looks;
}

describe('a removed deployment', () => {
  test('is not started again by a document that comes before it is gone', async ({ makeWorld }) => {
    const world = makeWorld();
    world.programs.set('registry.test/app:1', programs.slowToStop(5000));
    world.startAgent();
    world.publish(deployment({ revision: 1 }));
    await world.untilPhase('line', 'converged');
    const starts = watchStarts(world);
    world.publish(absent(2));
    await world.until(() => world.daemon.of('line').some(({ isUp }) => !isUp), { what: 'the stop' });
    world.registry.isReachable = false;
    world.publish(deployment({ revision: 3 }));
    await world.run(MINUTE_MS);
    expect(starts).toEqual([]);
    world.registry.isReachable = true;
    await world.untilPhase('line', 'converged', { revision: 3 });
  });

  test('has no loop any more, and is told as removed at every connect', async ({ makeWorld }) => {
    const world = makeWorld();
    await remove(world);
    expect(await looksDuring(world, 10 * MINUTE_MS)).toBe(0);
    world.broker.retained.clear();
    await world.restartAgent();
    await world.until(() => world.status('line') !== null);
    expect(world.status('line')).toMatchObject({ phase: 'removed', desired: { revision: 2 } });
    expect(await looksDuring(world, 10 * MINUTE_MS)).toBe(0);
  });

  test('refuses a stale revision also after a restart, and comes back with a newer one', async ({
    makeWorld,
  }) => {
    const world = makeWorld();
    await remove(world);
    await world.restartAgent();
    world.publish(deployment({ revision: 1 }));
    await world.until(() => world.status('line')?.refused?.code === 'stale');
    expect(world.up('line')).toEqual([]);
    world.publish(deployment({ revision: 3 }));
    await world.untilPhase('line', 'converged', { revision: 3 });
    expect(world.up('line')).toHaveLength(1);
    await world.restartAgent();
    await world.run(MINUTE_MS);
    expect(world.up('line')).toHaveLength(1);
  });

  test('that is asked for again during the very look that finds it gone is not forgotten', async ({
    makeWorld,
  }) => {
    const world = makeWorld();
    await remove(world);
    const { engine } = world;
    const observe = engine.observe.bind(engine);
    engine.observe = async (name) => {
      const seen = await observe(name);
      await world.clock.sleep(10_000, new AbortController().signal);
      return seen;
    };
    world.publish(absent(3));
    await world.run(5000);
    engine.observe = observe;
    world.publish(deployment({ revision: 4 }));
    await world.untilPhase('line', 'converged', { revision: 4 });
  });

  test('is forgotten once many others were removed after it', async ({ makeWorld }) => {
    const world = makeWorld();
    await remove(world);
    for (let number = 1; number <= 100; number += 1) {
      world.publish(absent(1, `other-${number}`));
      await world.untilPhase(`other-${number}`, 'removed');
    }
    const told = (await world.localStatus()).deployments.map((status) => status.deployment);
    expect(told).toHaveLength(100);
    expect(told).not.toContain('line');
    expect(world.fatal).toEqual([]);
  });
});

describe('deployments past the bound', () => {
  test('are refused, and have room once another is removed', async ({ makeWorld }) => {
    const world = makeWorld();
    world.startAgent();
    const services = { app: { image: 'registry.test/app:1' } };
    for (let number = 1; number <= 64; number += 1)
      world.publish(deployment({ revision: 1, name: `d-${number}`, services }));
    await world.until(() => world.store?.activeDeployments().length === 64);
    world.publish(deployment({ revision: 1, name: 'one-more', services }));
    await world.until(() => world.status('one-more')?.refused?.code === 'too_many_deployments');
    world.publish(deployment({ revision: 2, name: 'd-1', services }));
    await world.untilPhase('d-1', 'converged', { revision: 2 });
    expect(world.up('one-more')).toEqual([]);
    world.publish(absent(3, 'd-1'));
    await world.untilPhase('d-1', 'removed');
    world.publish(deployment({ revision: 1, name: 'one-more', services }));
    await world.untilPhase('one-more', 'converged');
  });
});
