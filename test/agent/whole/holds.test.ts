// Holds on a whole device: a hold counts until the first stop, and the program that holds is told whether it came in time.
import { expect } from 'vitest';
import { deployment } from '../../fakes/deployments.ts';
import type { ContainerEvent } from '../../fakes/engine/container.ts';
import { programs } from '../../fakes/engine/programs.ts';
import type { World } from '../../fakes/world.ts';
import { test } from './world-test.ts';

const update = { healthy_after: '5s', deadline: '60s', hold: true };

async function converge(world: World): Promise<void> {
  world.programs.set('registry.test/app:1', programs.slowToStop(3000));
  world.startAgent();
  world.publish(deployment({ revision: 1, update }));
  await world.untilPhase('line', 'converged', { revision: 1 });
}

/** A program that begins to hold at that event of that revision. */
function holdAt(world: World, at: ContainerEvent, revision: number): void {
  world.daemon.witnesses.push((event, { spec }) => {
    if (event === at && spec.revision === revision) world.host.held.add('line');
  });
}

test('one that comes once the new container was made keeps the old one running, and is answered', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  await converge(world);
  const [old] = world.up('line');
  holdAt(world, 'create', 2);
  world.publish(deployment({ revision: 2, update }));
  expect((await world.untilPhase('line', 'waiting', { revision: 2 })).reason?.code).toBe('held');
  await world.run(60 * 60_000);
  expect(world.up('line')).toEqual([old]);
  expect(old?.runs).toBe(1);
  expect(world.host.keptHolds.has('line')).toBe(true);
  world.host.held.clear();
  world.daemon.witnesses.push((event) => {
    if (event === 'stop') expect(world.host.keptHolds.has('line')).toBe(false);
  });
  await world.untilPhase('line', 'converged', { revision: 2 });
});

test('one that comes after the first stop comes too late, and is answered once the update is through', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  await converge(world);
  holdAt(world, 'kill', 1);
  world.publish(deployment({ revision: 2, update }));
  await world.until(() => world.host.held.has('line'), { what: 'the hold' });
  await world.until(() => world.status('line')?.phase === 'proving', { what: 'the proof' });
  expect(world.host.keptHolds.has('line')).toBe(false);
  await world.untilPhase('line', 'converged', { revision: 2 });
  await world.run(30_000);
  expect(world.host.keptHolds.has('line')).toBe(true);
});

test('one of a revision that waits for none is not answered', async ({ makeWorld }) => {
  const world = makeWorld();
  world.startAgent();
  world.host.held.add('line');
  world.publish(deployment({ revision: 1 }));
  await world.untilPhase('line', 'converged', { revision: 1 });
  await world.run(60_000);
  expect(world.host.keptHolds.size).toBe(0);
});
