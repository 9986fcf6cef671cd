// A restart over MQTT on a real engine: the same container, another run, and no failure.
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { inSeconds } from '../../../protocol/values/timestamp.ts';
import { hello, present } from '../support/documents.ts';
import type { Manager } from '../support/manager.ts';
import { World } from '../support/world.ts';

const image = inject('rig').images['hello:1.0.0'].reference;

let world: World;
let manager: Manager;

beforeAll(async () => {
  world = new World();
  ({ manager } = await world.start());
});
afterAll(() => world.close());

test('restarts the container of the service, and of no other', async () => {
  const name = world.name('asked');
  await manager.publish(name, present(name, 1, { hello: hello(image), other: hello(image) }));
  await manager.phase(name, 'converged', 1);
  const before = await world.engine.running(name);
  const other = await world.engine.running(name, 'other');

  const [reply] = await manager.ask('restart-1', 'restart', { target: `${name}/hello` });
  expect(reply).toMatchObject({ status: 'accepted' });
  const after = await world.engine.untilRunning(
    name,
    ({ State }) => State.StartedAt !== before.State.StartedAt,
  );
  expect(after.Id).toBe(before.Id);
  await manager.event('the restart', ({ type }) => type === 'restart_asked');
  await manager.status(
    name,
    'its new run',
    ({ services }) => services.hello?.started_at === inSeconds(after.State.StartedAt),
  );
  expect((await world.engine.running(name, 'other')).State.StartedAt).toBe(other.State.StartedAt);
  expect(manager.latest(name)?.services.hello).toMatchObject({ restarts: 0, last_failure: null });
});
