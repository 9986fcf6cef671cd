// A device that is given another id: what it runs goes on until a document for the new id comes.
import { expect } from 'vitest';
import { openStoreAt } from '../../../agent/store/open-store.ts';
import { DEFAULT_TOPIC_PREFIX } from '../../../protocol/topics.ts';
import { deployment } from '../../fakes/deployments.ts';
import { DiskPlace } from '../../fakes/disk/files-on-disk.ts';
import type { World } from '../../fakes/world.ts';
import { test } from './world-test.ts';

/** As a start of the agent under that id does, before anything else. */
function keepIdentity(world: World, device: string): void {
  const store = openStoreAt(new DiskPlace(world.disk));
  store.keepIdentity(
    { device, topicPrefix: DEFAULT_TOPIC_PREFIX, hostName: null },
    '2026-11-23T00:00:00.000Z',
  );
  store.close();
}

test('a first document for the new id is taken, whatever revision the old one had', async ({ makeWorld }) => {
  const world = makeWorld({ device: 'edge-01' });
  keepIdentity(world, 'edge-01');
  world.startAgent();
  world.publish(deployment({ revision: 7 }));
  await world.untilPhase('line', 'converged', { revision: 7 });
  const before = world.up('line').map(({ id }) => id);

  world.killAgent();
  keepIdentity(world, 'edge-02');
  world.device = 'edge-02';
  await world.untilPhase('line', 'converged', { revision: 7 });
  expect(world.up('line').map(({ id }) => id)).toEqual(before);

  world.publish(deployment({ revision: 1, services: { app: { image: 'registry.test/app:9' } } }));
  await world.untilPhase('line', 'converged', { revision: 1 });
  expect(world.status('line')?.refused).toBeNull();
  world.publish(deployment({ revision: 1, services: { app: { image: 'registry.test/app:8' } } }));
  await world.until(() => world.status('line')?.refused?.code === 'conflict', { what: 'refused as ever' });
});
