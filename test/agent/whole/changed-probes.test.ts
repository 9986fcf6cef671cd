// A probe alone may change: then the same container is asked by the one and by the other.
import { expect } from 'vitest';
import { deployment, PROBE } from '../../fakes/deployments.ts';
import { test } from './world-test.ts';

const DEAF = { ...PROBE, tcp: { port: 9 } };
const withProbe = (revision: number, probe: object) =>
  deployment({ revision, services: { app: { image: 'registry.test/app:1', probe } } });

test('after an update that changed the probe alone and failed, the one before counts again', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  world.daemon.deafPorts.add(9);
  world.startAgent();
  world.publish(withProbe(1, PROBE));
  await world.untilPhase('line', 'converged', { revision: 1 });
  world.publish(withProbe(2, DEAF));
  await world.untilPhase('line', 'rolled_back', { revision: 2 });
  const events = world.toldEvents().length;
  await world.run(10 * 60_000);
  expect(world.status('line')).toMatchObject({
    phase: 'rolled_back',
    reason: { code: 'unhealthy', message: expect.stringContaining('port 9') },
    services: { app: { health: 'healthy' } },
  });
  const failed = world
    .toldEvents()
    .slice(events)
    .filter(({ type }) => type === 'service_failed');
  expect(failed).toEqual([]);
});
