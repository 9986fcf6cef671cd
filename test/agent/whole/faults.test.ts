// A fault of the agent itself at one deployment: no other notices, and it is tried again for ever.
import { describe, expect } from 'vitest';
import { absent, deployment, PROBE } from '../../fakes/deployments.ts';
import { programs } from '../../fakes/engine/programs.ts';
import type { World, WorldOptions } from '../../fakes/world.ts';
import { test as worldTest } from './world-test.ts';

const HOUR_MS = 3_600_000;

/** A world in which the faults that a test itself makes are not held against the agent. */
const test = worldTest.extend<{ makeWorld: (options?: WorldOptions) => World }>({
  makeWorld: async ({ makeWorld }, use) => {
    const worlds: World[] = [];
    await use((options) => {
      const world = makeWorld(options);
      worlds.push(world);
      return world;
    });
    for (const { fatal } of worlds) expect(fatal.every((fault) => fault instanceof TypeError)).toBe(true);
    for (const { fatal } of worlds) fatal.splice(0);
  },
});

const bad = (revision: number) => deployment({ revision, name: 'bad' });
const good = (revision: number) => deployment({ revision, name: 'good' });

/** Two deployments that run, and a fault at each look at one of them, with how often it was tried. */
async function faultyIn(world: World) {
  world.startAgent();
  world.publish(bad(1));
  world.publish(good(1));
  await world.untilPhase('bad', 'converged');
  await world.untilPhase('good', 'converged');
  const state = { isBroken: true, tries: 0 };
  const { engine } = world;
  const observe = engine.observe.bind(engine);
  engine.observe = (name) => {
    if (name !== 'bad') return observe(name);
    state.tries += 1;
    if (state.isBroken) throw new TypeError('odd \u001b[31mvalue');
    return observe(name);
  };
  await world.untilPhase('bad', 'failed');
  return state;
}

describe('a deployment at which the agent itself fails', () => {
  test('is told with the words of the fault, and what to do', async ({ makeWorld }) => {
    const world = makeWorld();
    await faultyIn(world);
    expect(world.status('bad')).toMatchObject({
      running: { revision: 1 },
      reason: {
        code: 'internal_error',
        message: 'the agent itself fails at this deployment: odd  [31mvalue',
        hint: expect.stringContaining('report it'),
      },
    });
    expect(world.up('bad').length).toBe(1);
  });

  test('keeps no other from its updates and repairs', async ({ makeWorld }) => {
    const world = makeWorld();
    await faultyIn(world);
    world.publish(good(2));
    await world.untilPhase('good', 'converged', { revision: 2 });
    for (const { id } of world.up('good')) world.daemon.remove(id);
    await world.until(() => world.up('good').length === 0);
    await world.until(() => world.up('good').length === 1);
  });

  test('is tried more and more rarely, hourly in the end, and not at each event', async ({ makeWorld }) => {
    const world = makeWorld();
    world.programs.set('registry.test/app:1', programs.exitsAfter(60_000, 1));
    const state = await faultyIn(world);
    await world.run(2 * HOUR_MS);
    state.tries = 0;
    await world.run(2 * HOUR_MS);
    expect(state.tries).toBeGreaterThanOrEqual(2);
    expect(state.tries).toBeLessThan(12);
  });

  test.for<[string, (world: World) => unknown]>([
    ['another document', (world) => world.publish(bad(2))],
    ['retry', (world) => world.retry('bad')],
  ])('begins anew at once with %s', async ([, ask], { makeWorld }) => {
    const world = makeWorld();
    const state = await faultyIn(world);
    await world.run(HOUR_MS);
    state.isBroken = false;
    await ask(world);
    await world.untilPhase('bad', 'converged', { maxMs: 60_000 });
  });

  test('goes on by itself once the fault is gone', async ({ makeWorld }) => {
    const world = makeWorld();
    const state = await faultyIn(world);
    await world.run(HOUR_MS);
    state.isBroken = false;
    await world.untilPhase('bad', 'converged', { maxMs: 1.1 * HOUR_MS });
  });

  test('is tried again by the next start of the agent, and can be removed then', async ({ makeWorld }) => {
    const world = makeWorld();
    await faultyIn(world);
    world.killAgent();
    await world.until(() => world.isAgentUp);
    world.publish(absent(2, 'bad'));
    await world.untilPhase('bad', 'removed');
  });
});

test('a fault that passes is not told', async ({ makeWorld }) => {
  const world = makeWorld();
  world.startAgent();
  world.publish(
    deployment({ revision: 1, services: { app: { image: 'registry.test/app:1', probe: PROBE } } }),
  );
  await world.untilPhase('line', 'converged');
  const { engine } = world;
  const observe = engine.observe.bind(engine);
  let faults = 2;
  engine.observe = (name) => {
    faults -= 1;
    if (faults >= 0) throw new TypeError('once');
    return observe(name);
  };
  await world.run(120_000);
  expect(faults).toBeLessThan(0);
  expect(world.toldStatuses('line').some(({ phase }) => phase === 'failed')).toBe(false);
});

test('a container that stops for as long as it may is no hang', async ({ makeWorld }) => {
  const world = makeWorld();
  world.programs.set('registry.test/app:1', programs.slowToStop(3_500_000));
  const app = { image: 'registry.test/app:1', probe: PROBE, stop_grace_period: '1h' };
  world.startAgent();
  world.publish(deployment({ revision: 1, services: { app } }));
  await world.untilPhase('line', 'converged');
  world.publish(absent(2));
  await world.untilPhase('line', 'removed', { maxMs: 2 * HOUR_MS });
  expect(world.watchdogKills).toBe(0);
});
