// Host ports that the engine gives, on a whole device: told as they are, and no obstacle to two side by side.
import { expect } from 'vitest';
import { deployment, PROBE } from '../../fakes/deployments.ts';
import { programs } from '../../fakes/engine/programs.ts';
import { watchForGaps } from '../../fakes/watches.ts';
import type { World } from '../../fakes/world.ts';
import { test } from './world-test.ts';

const UPDATE = { healthy_after: '5s', deadline: '60s' };

function documentOf(revision: number, strategy: 'stop-first' | 'start-first', ports: object[]) {
  const app = { image: `registry.test/app:${revision}`, probe: PROBE, ports };
  return deployment({ revision, services: { app }, update: { ...UPDATE, strategy } });
}

async function converge(world: World, document: ReturnType<typeof documentOf>): Promise<void> {
  world.startAgent();
  world.publish(document);
  await world.untilPhase('line', 'converged', { revision: document.revision });
}

const told = (world: World) => world.status('line')?.services.app?.ports;
const has = (world: World) =>
  world.up('line').flatMap(({ ports }) =>
    ports.map(({ target, protocol, hostIp, published }) => ({
      target,
      protocol,
      host_ip: hostIp,
      published,
    })),
  );

test('they are told, and told anew after each start', async ({ makeWorld }) => {
  const world = makeWorld();
  world.programs.set('registry.test/app:1', programs.exitsAfter(60_000, 1));
  await converge(
    world,
    documentOf(1, 'stop-first', [
      { target: 80, host_ip: '127.0.0.1' },
      { target: 81, published: '8081' },
    ]),
  );
  const first = told(world);
  expect(first).toEqual(has(world));
  expect(first).toMatchObject([
    { target: 80, host_ip: '127.0.0.1' },
    { target: 81, published: 8081 },
  ]);
  await world.run(90_000);
  expect(told(world)).toEqual(has(world));
  expect(told(world)?.[0]?.published).not.toBe(first?.[0]?.published);
});

test('start-first has two of them side by side, and never fewer healthy instances than before', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  await converge(world, documentOf(1, 'start-first', [{ target: 80 }]));
  const before = told(world);
  const gaps = watchForGaps(world, { deployment: 'line', service: 'app', atLeast: 1 });
  world.publish(documentOf(2, 'start-first', [{ target: 80 }]));
  await world.untilPhase('line', 'converged', { revision: 2 });
  await world.run(60_000);
  expect(gaps).toEqual([]);
  expect(told(world)).toEqual(has(world));
  expect(told(world)).not.toEqual(before);
});

test('one that is fixed from now on is waited for where the old container was given it', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  world.programs.set('registry.test/app:1', programs.slowToStop(4000));
  await converge(world, documentOf(1, 'stop-first', [{ target: 80 }]));
  const given = String(told(world)?.[0]?.published);
  const other = { image: 'registry.test/other:1', probe: PROBE, ports: [{ target: 80, published: given }] };
  world.publish(deployment({ revision: 2, services: { other }, update: UPDATE }));
  await world.untilPhase('line', 'converged', { revision: 2 });
  expect(world.toldEvents().filter(({ type }) => type === 'step_failed')).toEqual([]);
});
