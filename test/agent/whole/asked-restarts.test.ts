// A restart that somebody asks for: once, now, and held against nobody.
import { describe, expect } from 'vitest';
import { deployment, PROBE } from '../../fakes/deployments.ts';
import { programs } from '../../fakes/engine/programs.ts';
import type { World } from '../../fakes/world.ts';
import { test } from './world-test.ts';

const HOUR_MS = 3_600_000;
const DEPENDS = { app: { condition: 'service_started' } };
const SERVICES = {
  app: { image: 'registry.test/app:1', probe: PROBE },
  side: { image: 'registry.test/side:1', network_mode: 'service:app', depends_on: DEPENDS, probe: PROBE },
  store: { image: 'registry.test/store:1', probe: PROBE },
};

async function converge(world: World): Promise<void> {
  world.startAgent();
  world.publish(deployment({ revision: 1, services: SERVICES }));
  await world.untilPhase('line', 'converged', { revision: 1 });
}

function runs(world: World): Record<string, number[]> {
  const of = (service: string): number[] => world.daemon.of('line', service).map((one) => one.runs);
  return { app: of('app'), side: of('side'), store: of('store') };
}

function failures(world: World): unknown[] {
  const services = Object.values(world.status('line')?.services ?? {});
  return services.map(({ last_failure, restarts }) => ({ last_failure, restarts }));
}

describe('a restart that is asked for', () => {
  test('ends one run and begins one, and what lives in its network follows', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    expect(await world.restart('app')).toMatchObject({ kind: 'accepted' });
    await world.run(HOUR_MS);
    expect(runs(world)).toEqual({ app: [2], side: [2], store: [1] });
    expect(failures(world)).toEqual(Array(3).fill({ last_failure: null, restarts: 0 }));
    expect(world.status('line')).toMatchObject({ phase: 'converged' });
    const told = world.toldEvents().filter(({ type }) => type === 'restart_asked');
    expect(told).toMatchObject([{ deployment: 'line', service: 'app' }]);
  });

  test('of a deployment restarts each of its services once', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    await world.restart('line');
    await world.run(HOUR_MS);
    expect(runs(world)).toEqual({ app: [2], side: [2], store: [2] });
    expect(failures(world)).toEqual(Array(3).fill({ last_failure: null, restarts: 0 }));
  });

  test('ends the wait of a service that failed', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    world.programs.set('registry.test/store:1', programs.crashesAtOnce);
    for (const container of world.up('line', 'store')) container.crash(1);
    await world.until(() => {
      const failure = world.status('line')?.services.store?.last_failure;
      const waitMs = Date.parse(failure?.next_try_at ?? '') - world.clock.wallTime().getTime();
      return waitMs > 60_000;
    });
    world.programs.set('registry.test/store:1', programs.healthy);
    await world.restart('store');
    await world.run(5000);
    expect(world.up('line', 'store')).toHaveLength(1);
  });

  test('is refused during an update, which then proves itself as ever', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    const app = { ...SERVICES.app, image: 'registry.test/app:2' };
    world.publish(deployment({ revision: 2, services: { ...SERVICES, app } }));
    await world.untilPhase('line', 'proving', { revision: 2 });
    expect(await world.restart('app')).toMatchObject({ kind: 'refused', code: 'update_under_way' });
    await world.untilPhase('line', 'converged', { revision: 2 });
    expect(runs(world).store).toEqual([1]);
  });

  test('is not done after a restart of the agent that came first', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    void world.restart('store');
    world.killAgent();
    world.startAgent();
    await world.run(HOUR_MS);
    expect(runs(world).store).toEqual([1]);
  });
});
