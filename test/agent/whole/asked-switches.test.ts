// A switch that somebody asks for, on a whole device: it ends the wait for a window, for that update alone.
import { expect } from 'vitest';
import { deployment } from '../../fakes/deployments.ts';
import type { World } from '../../fakes/world.ts';
import { test } from './world-test.ts';

const HOUR_MS = 3_600_000;
/** Once a year, and not today. */
const window = { cron: '0 0 1 1 *', zone: 'UTC', length: '1m' };
const update = { healthy_after: '5s', deadline: '60s', window, hold: true };

async function waitWith(world: World, revision: number): Promise<void> {
  world.publish(deployment({ revision, update }));
  expect((await world.untilPhase('line', 'waiting', { revision })).reason?.code).toBe('window');
}

async function converge(world: World): Promise<void> {
  world.startAgent();
  world.publish(deployment({ revision: 1, update: { healthy_after: '5s', deadline: '60s' } }));
  await world.untilPhase('line', 'converged', { revision: 1 });
  await waitWith(world, 2);
}

test('begins at once, is told, and leaves the next update its window', async ({ makeWorld }) => {
  const world = makeWorld();
  await converge(world);
  await world.run(HOUR_MS);
  expect(world.status('line')?.phase).toBe('waiting');
  expect(await world.switchNow('line')).toMatchObject({ kind: 'accepted' });
  await world.untilPhase('line', 'converged', { revision: 2 });
  expect(world.toldEvents().filter(({ type }) => type === 'switch_asked')).toHaveLength(1);
  await waitWith(world, 3);
  await world.run(HOUR_MS);
  expect(world.status('line')).toMatchObject({ phase: 'waiting', running: { revision: 2 } });
});

test('waits for a program that holds, also over a restart of the agent', async ({ makeWorld }) => {
  const world = makeWorld();
  await converge(world);
  world.host.held.add('line');
  await world.switchNow('line');
  await world.until(() => world.status('line')?.reason?.code === 'held', { what: 'the hold is told' });
  expect(await world.switchNow('line')).toMatchObject({ kind: 'refused', code: 'held' });
  world.killAgent();
  world.startAgent();
  await world.run(HOUR_MS);
  expect(world.status('line')).toMatchObject({ phase: 'waiting', running: { revision: 1 } });
  world.host.held.clear();
  await world.untilPhase('line', 'converged', { revision: 2 });
});
