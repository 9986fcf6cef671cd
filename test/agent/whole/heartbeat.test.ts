// A heartbeat on a whole device: a loop with no network that hangs is caught, and none that beats is disturbed.
import { expect } from 'vitest';
import { deployment } from '../../fakes/deployments.ts';
import { programs } from '../../fakes/engine/programs.ts';
import { test } from './world-test.ts';

const IMAGE = 'registry.test/loop:1';
const HOUR_MS = 3_600_000;

const PROBE = { heartbeat: { target: '/beat', max_age: '10s' }, interval: '2s', failures: 3, grace: '5s' };
const LOOP = deployment({
  revision: 1,
  services: { loop: { image: IMAGE, network_mode: 'none', probe: PROBE } },
});

test('a loop that hangs is started again, and is healthy after that', async ({ makeWorld }) => {
  const world = makeWorld();
  world.programs.set(IMAGE, programs.changesAfter(1, programs.hangsAfter(60_000), programs.healthy));
  world.startAgent();
  world.publish(LOOP);
  await world.untilPhase('line', 'converged');
  await world.until(() => world.up('line')[0]?.runs === 2, { maxMs: 120_000, what: 'the loop is restarted' });
  const isHealthy = () => world.status('line')?.services.loop?.health === 'healthy';
  await world.until(isHealthy, { maxMs: 60_000, what: 'the loop is healthy again' });
  const failed = world.toldEvents().filter(({ type }) => type === 'service_failed');
  expect(failed).toMatchObject([{ service: 'loop', code: 'unhealthy' }]);
});

test('a restart of the agent disturbs no loop that beats', async ({ makeWorld }) => {
  const world = makeWorld();
  world.startAgent();
  world.publish(LOOP);
  await world.untilPhase('line', 'converged');
  await world.restartAgent();
  await world.run(HOUR_MS);
  expect(world.up('line')[0]?.runs).toBe(1);
  expect(world.toldEvents().filter(({ type }) => type === 'service_failed')).toEqual([]);
});
