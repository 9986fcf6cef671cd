// What ran before takes long to stop, or does not stop at all: the new revision is not held to blame for it.
import { expect } from 'vitest';
import { deployment, PROBE } from '../../fakes/deployments.ts';
import { programs } from '../../fakes/engine/programs.ts';
import type { World } from '../../fakes/world.ts';
import { test } from './world-test.ts';

const update = { healthy_after: '5s', deadline: '20s' };
const revision = (number: number) =>
  deployment({
    revision: number,
    services: { app: { image: `registry.test/app:${number}`, probe: PROBE, stop_grace_period: '40s' } },
    update,
  });

async function runOld(world: World, takesMs: number): Promise<void> {
  world.programs.set('registry.test/app:1', programs.slowToStop(takesMs));
  world.startAgent();
  world.publish(revision(1));
  await world.untilPhase('line', 'converged', { revision: 1 });
}

test('an update converges though the old one takes longer to stop than the deadline', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  await runOld(world, 25_000);
  world.publish(revision(2));
  await world.untilPhase('line', 'converged', { revision: 2 });
  expect(world.toldStatuses('line').filter(({ phase }) => phase === 'rolled_back')).toEqual([]);
});

test('a stop at which the engine hangs is told, and not as an engine that is away', async ({ makeWorld }) => {
  const world = makeWorld();
  await runOld(world, 50);
  world.faults.plan('stop_container', 'hang');
  world.publish(revision(2));
  await world.until(() => world.status('line')?.reason?.code === 'stop_timeout', {
    what: 'the hang is told',
  });
  expect(world.status('line')).toMatchObject({ phase: 'switching', reason: { path: 'services.app' } });
  await world.untilPhase('line', 'converged', { revision: 2 });
});
