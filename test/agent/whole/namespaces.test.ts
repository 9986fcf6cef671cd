// Services in the namespaces of another, on an engine that behaves as the real one: a network ends with the run of
// the container that has it, and nobody joins one that does not run.
import { describe, expect } from 'vitest';
import { deployment, PROBE } from '../../fakes/deployments.ts';
import type { Container } from '../../fakes/engine/container.ts';
import { programs } from '../../fakes/engine/programs.ts';
import { watchStarts } from '../../fakes/watches.ts';
import type { World } from '../../fakes/world.ts';
import { test } from './world-test.ts';

const HOUR_MS = 3_600_000;

/** `side` lives in the network of `app`; `store` merely depends on it. */
function joined(revision: number, app = 'registry.test/app:1') {
  const depends_on = { app: { condition: 'service_started' } };
  const side = { image: 'registry.test/side:1', network_mode: 'service:app', depends_on, probe: PROBE };
  const store = { image: 'registry.test/store:1', depends_on, probe: PROBE };
  return deployment({ revision, services: { side, app: { image: app, probe: PROBE }, store } });
}

async function converge(world: World): Promise<void> {
  world.startAgent();
  world.publish(joined(1));
  await world.untilPhase('line', 'converged', { revision: 1 });
}

function upOf(world: World, service: string): Container {
  const up = world.daemon.of('line', service).filter(({ isUp }) => isUp);
  expect(up).toHaveLength(1);
  return up[0]!;
}

describe('a service in the network of another', () => {
  test('is started with no failure, and then left alone', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    expect(upOf(world, 'side').joins).toEqual([upOf(world, 'app').id]);
    expect(world.status('line')?.services.side).toMatchObject({ restarts: 0, last_failure: null });
    const starts = watchStarts(world);
    await world.restartAgent();
    await world.run(HOUR_MS);
    expect(starts).toEqual([]);
  });

  test('follows when that one is updated, and what merely depends on it does not', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    const [side, store] = [upOf(world, 'side'), upOf(world, 'store')];
    world.publish(joined(2, 'registry.test/app:2'));
    await world.untilPhase('line', 'converged', { revision: 2 });
    expect(upOf(world, 'side').id).not.toBe(side.id);
    expect(upOf(world, 'side').joins).toEqual([upOf(world, 'app').id]);
    expect(upOf(world, 'side').isAnswering).toBe(true);
    expect(upOf(world, 'store')).toBe(store);
    expect(store.runs).toBe(1);
  });

  test('has its network again when that one has crashed, and only then is started again', async ({
    makeWorld,
  }) => {
    const world = makeWorld();
    await converge(world);
    const [app, side, store] = [upOf(world, 'app'), upOf(world, 'side'), upOf(world, 'store')];
    app.crash(1);
    await world.until(() => app.runs === 2 && side.isAnswering, { maxMs: 60_000 });
    await world.run(HOUR_MS);
    expect([app.runs, side.runs, store.runs]).toEqual([2, 2, 1]);
    expect(world.status('line')).toMatchObject({ phase: 'converged' });
  });

  test('goes back with that one to the kept containers when an update fails', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    const before = [upOf(world, 'app'), upOf(world, 'side')];
    world.programs.set('registry.test/app:2', programs.crashesAtOnce);
    world.publish(joined(2, 'registry.test/app:2'));
    await world.untilPhase('line', 'rolled_back', { revision: 2 });
    expect([upOf(world, 'app'), upOf(world, 'side')]).toEqual(before);
    await world.until(() => upOf(world, 'side').isAnswering, { maxMs: 60_000 });
    expect(world.status('line')?.reason).toMatchObject({ path: 'services.app' });
  });

  test('comes back with that one when the engine restarts, or the power was cut', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    const ids = [upOf(world, 'app').id, upOf(world, 'side').id];
    world.restartEngine();
    await world.run(10 * 60_000);
    expect([upOf(world, 'app').id, upOf(world, 'side').id]).toEqual(ids);
    expect(upOf(world, 'side').isAnswering).toBe(true);
    expect(world.status('line')).toMatchObject({ phase: 'converged' });
  });
});
