// A stored document that an older agent took, past a bound of this one: it is kept running, and is the way back.
import { expect } from 'vitest';
import { openStoreAt } from '../../../agent/store/open-store.ts';
import { deployment } from '../../fakes/deployments.ts';
import { DiskPlace } from '../../fakes/disk/files-on-disk.ts';
import { programs } from '../../fakes/engine/programs.ts';
import type { World } from '../../fakes/world.ts';
import { test } from './world-test.ts';

/** As an older agent left it. */
async function upgrade(world: World): Promise<void> {
  world.startAgent();
  world.publish(deployment({ revision: 1 }));
  await world.untilPhase('line', 'converged', { revision: 1 });
  world.killAgent();
  const store = openStoreAt(new DiskPlace(world.disk));
  const [accepted] = store.acceptedRevisions('line');
  const body = JSON.parse(store.documentBody(accepted?.hash ?? '') ?? '');
  body.update.deadline = '30d';
  const hash = `sha256:${'a'.repeat(64)}`;
  store.acceptDocument({
    deployment: 'line',
    source: 'device',
    revision: 1,
    hash,
    body: JSON.stringify(body),
  });
  const record = store.readRecord('line');
  if (record !== null) store.writeRecord('line', { ...record, proven: { revision: 1, hash } });
  store.close();
  await world.run(60_000);
}

test('a container of it that is gone comes again', async ({ makeWorld }) => {
  const world = makeWorld();
  await upgrade(world);
  for (const { id } of world.up('line')) world.daemon.remove(id);
  await world.run(5 * 60_000);
  expect(world.up('line')).toHaveLength(1);
});

test('a bad revision after it ends with it running again', async ({ makeWorld }) => {
  const world = makeWorld();
  await upgrade(world);
  expect(world.up('line')).toHaveLength(1);
  world.programs.set('registry.test/app:2', programs.crashesAtOnce);
  world.publish(deployment({ revision: 2 }));
  await world.run(5 * 60_000);
  expect(world.up('line').map(({ spec }) => spec.revision)).toEqual([1]);
});
