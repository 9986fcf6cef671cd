// What holds an update up ends it at its deadline, as the reason that is told; what is merely left over ends nothing.
import { expect } from 'vitest';
import { absent, deployment, PROBE } from '../../fakes/deployments.ts';
import { test } from './world-test.ts';

test('a network whose name is taken is told to the end, comes no later than the deadline, and is tried again', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  world.startAgent();
  world.publish(deployment({ revision: 1 }));
  await world.untilPhase('line', 'converged', { revision: 1 });
  world.daemon.foreignNames.add('network line/extra');
  const app = { image: 'registry.test/app:2', probe: PROBE, networks: { extra: {} } };
  world.publish(deployment({ revision: 2, services: { app }, networks: { extra: {} } }));
  await world.untilPhase('line', 'switching', { revision: 2 });
  const beganMs = world.clock.monotonicMs();
  const status = await world.untilPhase('line', 'rolled_back', { revision: 2 });
  expect(world.clock.monotonicMs() - beganMs).toBeLessThan(62_000);
  expect(status.reason).toMatchObject({ code: 'name_taken', path: 'networks.extra' });
  world.daemon.foreignNames.clear();
  await world.untilPhase('line', 'converged', { revision: 2, maxMs: 20 * 60_000 });
});

test('a container that cannot be removed is a reason beside converged', async ({ makeWorld }) => {
  const world = makeWorld();
  world.startAgent();
  world.publish(deployment({ revision: 1 }));
  await world.untilPhase('line', 'converged', { revision: 1 });
  world.faults.plan('remove_container', 'fail', 10_000);
  world.publish(deployment({ revision: 2 }));
  await world.untilPhase('line', 'converged', { revision: 2 });
  await world.run(10 * 60_000);
  expect(world.status('line')).toMatchObject({
    ...{ phase: 'converged', running: { revision: 2 } },
    reason: { code: 'engine_error', path: 'services.app' },
  });
  world.faults.clear();
  await world.until(() => world.daemon.of('line').length === 1, { what: 'the leftover is gone' });
  await world.until(() => world.status('line')?.reason === null, { what: 'nothing is left to say' });
});

test('a removal that cannot end is tried on, and what stands in its way is told once', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  world.startAgent();
  const services = {
    app: { image: 'registry.test/app:1', volumes: [{ type: 'volume', source: 'data', target: '/data' }] },
  };
  world.publish(deployment({ revision: 1, services, volumes: { data: {} } }));
  await world.untilPhase('line', 'converged', { revision: 1 });
  const [app] = world.up('line');
  if (app === undefined) throw new Error('nothing runs');
  const copy = world.daemon.copy(app, { isWhole: true });
  world.publish(absent(2, 'line', ['data']));
  await world.until(() => world.status('line')?.reason?.path === 'volumes.data', {
    what: 'the volume in the reason',
  });
  const told = (): number => world.toldEvents().filter(({ type }) => type === 'step_failed').length;
  await world.run(60 * 60_000);
  expect(told()).toBe(1);
  expect(world.trace.filter((line) => line.includes('step remove_volume failed'))).toHaveLength(1);
  world.daemon.remove(copy.id);
  await world.untilPhase('line', 'removed', { revision: 2 });
});
