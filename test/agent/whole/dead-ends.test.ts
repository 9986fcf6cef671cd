// States with no good way on by themselves: nothing is given up, and what stands in the way is told.
import { expect } from 'vitest';
import { openStoreAt } from '../../../agent/store/open-store.ts';
import { deployment, PROBE } from '../../fakes/deployments.ts';
import { DiskPlace } from '../../fakes/disk/files-on-disk.ts';
import { programs } from '../../fakes/engine/programs.ts';
import { watchForTwins, watchStarts } from '../../fakes/watches.ts';
import type { World } from '../../fakes/world.ts';
import { test } from './world-test.ts';

const HOUR_MS = 3_600_000;

test('a rollback whose old revision fails too is told as inconsistent, tried on, and ends well once it heals', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  const twins = watchForTwins(world);
  world.startAgent();
  world.publish(deployment({ revision: 1 }));
  await world.untilPhase('line', 'converged', { revision: 1 });

  for (const revision of [1, 2]) world.programs.set(`registry.test/app:${revision}`, programs.crashesAtOnce);
  world.publish(deployment({ revision: 2 }));
  const failed = await world.untilPhase('line', 'failed', { revision: 2 });
  expect(failed.reason).toMatchObject({ code: 'inconsistent', path: 'services.app' });
  expect(failed.reason?.message).toContain('revision 2 failed, and so does revision 1');

  const starts = watchStarts(world);
  await world.run(HOUR_MS);
  expect(world.status('line')).toMatchObject({ phase: 'failed', reason: { code: 'inconsistent' } });
  expect(world.status('line')?.services.app?.last_failure?.next_try_at).toEqual(expect.any(String));
  expect(starts.length).toBeGreaterThan(5);
  const told = world.toldEvents().filter(({ deployment: name }) => name === 'line');
  expect(told.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['phase', 'service_failed', 'start_container']),
  );

  world.programs.set('registry.test/app:1', programs.healthy);
  const healed = await world.untilPhase('line', 'rolled_back', { revision: 2 });
  expect(healed.running).toMatchObject({ revision: 1 });
  expect(twins).toEqual([]);
});

/** As an older agent left it, that took a key which this one does not know. */
function storeUnreadable(world: World, name: string): void {
  const store = openStoreAt(new DiskPlace(world.disk));
  const body = JSON.stringify({ ...deployment({ name, revision: 1 }), from_another_version: true });
  store.acceptDocument({ deployment: name, source: 'device', revision: 1, hash: `sha256:${name}`, body });
  store.close();
}

test('a stored document that is no longer valid is told, held up nothing else, and is mended by the next', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  storeUnreadable(world, 'line');
  world.startAgent();
  world.publish(deployment({ name: 'other', revision: 1 }));
  await world.untilPhase('other', 'converged', { revision: 1 });
  const status = await world.untilPhase('line', 'failed');
  expect(status.reason).toMatchObject({ code: 'document_unreadable' });

  world.publish(deployment({ revision: 2 }));
  await world.untilPhase('line', 'converged', { revision: 2 });
});

test('a device that leaves a group lets what it ran run on, and no longer repairs it', async ({
  makeWorld,
}) => {
  const world = makeWorld({ groups: ['berlin'] });
  world.startAgent();
  world.publish(deployment({ revision: 1 }), { kind: 'group', group: 'berlin' });
  await world.untilPhase('line', 'converged', { revision: 1 });
  const before = world.up('line').map(({ id }) => id);

  world.groups = [];
  await world.restartAgent();
  await world.run(HOUR_MS);
  expect(world.up('line').map(({ id }) => id)).toEqual(before);
  for (const id of before) world.daemon.remove(id);
  await world.run(HOUR_MS);
  expect(world.up('line')).toEqual([]);

  world.publish(deployment({ revision: 1 }));
  await world.untilPhase('line', 'converged', { revision: 1 });
});

test('a job that no policy restarts, cut off by a power cut, is run again once told to retry', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  const job = { image: 'registry.test/job:1', restart: 'no' };
  const app = {
    image: 'registry.test/app:1',
    depends_on: { job: { condition: 'service_completed_successfully' } },
  };
  world.programs.set(job.image, programs.exitsAfter(8000, 0));
  world.startAgent();
  world.publish(deployment({ revision: 1, services: { app, job } }));
  await world.until(() => world.up('line', 'job').length > 0);
  world.powerCut();
  const { reason } = await world.untilPhase('line', 'failed', { revision: 1 });
  expect(reason).toMatchObject({ code: 'exited', path: 'services.job' });
  await world.run(HOUR_MS);
  expect(world.daemon.of('line', 'job').map(({ runs }) => runs)).toEqual([1]);

  await world.retry('line');
  await world.untilPhase('line', 'converged', { revision: 1 });
  await world.run(HOUR_MS);
  expect(world.daemon.of('line', 'job').map(({ runs }) => runs)).toEqual([2]);
});

test('a job that fails again after a retry is left alone until the next', async ({ makeWorld }) => {
  const world = makeWorld();
  const job = { image: 'registry.test/job:1', restart: 'no' };
  world.programs.set(
    job.image,
    programs.changesAfter(2, programs.exitsAfter(2000, 1), programs.exitsAfter(2000, 0)),
  );
  world.startAgent();
  world.publish(deployment({ revision: 1, services: { job } }));
  for (const runs of [1, 2]) {
    await world.untilPhase('line', 'failed', { revision: 1 });
    await world.run(HOUR_MS);
    await world.restartAgent();
    await world.run(HOUR_MS);
    expect(world.daemon.of('line', 'job').map((container) => container.runs)).toEqual([runs]);
    await world.retry('line');
    await world.run(1000);
  }
  await world.untilPhase('line', 'converged', { revision: 1 });
});

test('an update that waits for what failed before is told with the cause of that', async ({ makeWorld }) => {
  const world = makeWorld();
  const revision = (number: number) =>
    deployment({
      revision: number,
      services: {
        app: {
          image: `registry.test/app:${number}`,
          probe: PROBE,
          ...(number === 1 ? {} : { ports: [{ target: 80, published: '8080' }] }),
        },
        helper: {
          image: `registry.test/helper:${number}`,
          depends_on: { app: { condition: 'service_healthy' } },
        },
      },
    });
  world.startAgent();
  world.publish(revision(1));
  await world.untilPhase('line', 'converged', { revision: 1 });
  world.programs.set('registry.test/app:1', programs.crashesAtOnce);
  world.up('line', 'app')[0]?.crash(1);
  await world.untilPhase('line', 'degraded', { revision: 1 });
  world.daemon.foreignPorts.add('8080/tcp');
  world.publish(revision(2));
  await world.until(() => world.store?.readRecord('line')?.barred.length === 1, { maxMs: 10 * 60_000 });
  const [barred] = world.store?.readRecord('line')?.barred ?? [];
  expect(barred?.reason).toMatchObject({ code: 'port_taken', path: 'services.app' });
  expect(barred?.retry).toBeDefined();
});
