// What a service has in the folder of its deployment outlives all that happens to the deployment, until a removal
// names it.
import { expect } from 'vitest';
import { absent, deployment, PROBE } from '../../fakes/deployments.ts';
import { programs } from '../../fakes/engine/programs.ts';
import { test } from './world-test.ts';

function withFolder(revision: number, rest: object = {}) {
  const volumes = [
    { type: 'bind', source: './data', target: '/data' },
    { type: 'bind', source: './data/log', target: '/log' },
  ];
  const app = { image: `registry.test/app:${revision}`, probe: PROBE, volumes, ...rest };
  return deployment({ revision, services: { app } });
}

const ALL = ['line/./data', 'line/./data/log'];

test('an update, a rollback, a boot and a removal keep the folder', async ({ makeWorld }) => {
  const world = makeWorld();
  const made = (): string[] => [...world.folders.made];
  world.startAgent();
  world.publish(withFolder(1));
  await world.untilPhase('line', 'converged', { revision: 1 });
  expect(made()).toEqual(ALL);
  world.publish(withFolder(2));
  await world.untilPhase('line', 'converged', { revision: 2 });
  world.programs.set('registry.test/app:3', programs.crashesAtOnce);
  world.publish(withFolder(3));
  await world.untilPhase('line', 'rolled_back', { revision: 3 });
  world.powerCut();
  await world.run(60_000);
  world.publish(deployment({ revision: 4 }));
  await world.untilPhase('line', 'converged', { revision: 4 });
  world.publish(absent(5));
  await world.untilPhase('line', 'removed', { revision: 5 });
  expect(made()).toEqual(ALL);
});

test('a removal deletes what it names, once no container is left, and nothing else', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  world.startAgent();
  world.publish(withFolder(1));
  await world.untilPhase('line', 'converged', { revision: 1 });
  world.publish({ ...withFolder(1), name: 'other' });
  await world.untilPhase('other', 'converged', { revision: 1 });
  const left: number[] = [];
  world.folders.removalListeners.push((name) => left.push(world.daemon.of(name).length));
  world.publish(absent(2, 'line', ['./data/log', './never']));
  await world.untilPhase('line', 'removed', { revision: 2 });
  expect([...world.folders.made]).toEqual(['line/./data', 'other/./data', 'other/./data/log']);
  expect(left).toEqual([0]);
  await world.until(() => world.toldEvents().some(({ type }) => type === 'remove_folder'), {
    what: 'the event',
  });
  world.publish(absent(3, 'line', ['./']));
  await world.until(() => world.folders.made.size === 2, { what: 'the folder is gone' });
});

test('what cannot be deleted is told with its path, and tried again', async ({ makeWorld }) => {
  const world = makeWorld();
  world.startAgent();
  world.publish(withFolder(1));
  await world.untilPhase('line', 'converged', { revision: 1 });
  world.folders.refusal = { ok: false, code: 'io_error', message: 'planned failure' };
  world.publish(absent(2, 'line', ['./data']));
  await world.until(() => world.status('line')?.reason?.path === 'folders["./data"]', {
    what: 'the folder in the reason',
  });
  expect(world.status('line')).toMatchObject({ phase: 'switching', reason: { code: 'io_error' } });
  let tries = 0;
  world.folders.removalListeners.push(() => {
    tries += 1;
  });
  await world.run(10 * 60_000);
  expect(tries).toBeGreaterThan(10);
  // No more often than every few seconds.
  expect(tries).toBeLessThan(100);
  world.folders.refusal = null;
  await world.untilPhase('line', 'removed', { revision: 2 });
  expect(world.folders.made.size).toBe(0);
});
