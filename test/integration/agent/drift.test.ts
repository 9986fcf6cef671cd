// What drifts from what was asked: limits, networks, and what stands in the way of a removal.
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { readKernelLimits } from '../support/cgroup.ts';
import { absent, hello, present } from '../support/documents.ts';
import type { Manager } from '../support/manager.ts';
import { World } from '../support/world.ts';

const V1 = inject('rig').images['hello:1.0.0'].reference;
const LIMITS = { deploy: { resources: { limits: { cpus: '0.25', memory: '48M', pids: 40 } } } };

let world: World;
let manager: Manager;
beforeAll(async () => {
  world = new World();
  ({ manager } = await world.start());
});
afterAll(() => world.close());

test('a revision that only changes limits is not told converged before they are in force', async () => {
  const name = world.name('later');
  await manager.publish(name, present(name, 1, { hello: hello(V1) }));
  await manager.phase(name, 'converged', 1);
  await manager.publish(name, present(name, 2, { hello: hello(V1, LIMITS) }));
  const status = await manager.phase(name, 'converged', 2);
  const converged = manager
    .statusesOf(name)
    .filter(({ phase, desired }) => phase === 'converged' && desired?.revision === 2);
  expect(converged[0]?.services.hello?.limits).toMatchObject({ not_enforced: [], pids: 40 });
  expect(status.running?.revision).toBe(2);
});

test('limits that a revision takes away are no longer in force', async () => {
  const name = world.name('lifted');
  await manager.publish(name, present(name, 1, { hello: hello(V1, LIMITS) }));
  await manager.phase(name, 'converged', 1);
  await manager.publish(name, present(name, 2, { hello: hello(V1) }));
  await manager.status(
    name,
    'no limits',
    ({ phase, desired, services }) => {
      const limits = services.hello?.limits;
      const none = limits?.memory_bytes === null && limits.cpus === null && limits.pids === null;
      return phase === 'converged' && desired?.revision === 2 && none;
    },
    10_000,
  );
  const limits = readKernelLimits((await world.engine.running(name)).State.Pid);
  expect(limits.cpus).toBe(Number.POSITIVE_INFINITY);
  expect(limits.memoryBytes).toBeGreaterThan(2 ** 40);
});

test('a network that is removed under a running container is made anew, and the service is in it again', async () => {
  const name = world.name('cutoff');
  await manager.publish(name, present(name, 1, { hello: hello(V1) }));
  await manager.phase(name, 'converged', 1);
  const container = await world.engine.running(name);
  const network = world.engine.docker.getNetwork(`holdfast_${name}_default`);
  await network.disconnect({ Container: container.Id, Force: true });
  await network.remove();
  // No event tells of it: the slow pass finds it.
  await world.engine.untilRunning(
    name,
    ({ NetworkSettings }) => (NetworkSettings.Networks[`holdfast_${name}_default`]?.IPAddress ?? '') !== '',
    'hello',
    45_000,
  );
});

test('a stopped container whose network was pruned runs again', async () => {
  const name = world.name('pruned');
  await manager.publish(name, present(name, 1, { hello: hello(V1, { restart: 'no' }) }));
  await manager.phase(name, 'converged', 1);
  const container = world.engine.docker.getContainer((await world.engine.running(name)).Id);
  await container.stop({ t: 1 });
  await world.engine.docker.getNetwork(`holdfast_${name}_default`).remove();
  await manager.publish(name, present(name, 2, { hello: hello(V1, { restart: 'always' }) }));
  await world.engine.untilRunning(name, () => true, 'hello', 10_000);
});

test('a removal that something else stands in the way of says what it is', async () => {
  const name = world.name('in-use');
  await manager.publish(name, present(name, 1, { hello: hello(V1) }));
  await manager.phase(name, 'converged', 1);
  const stranger = await world.engine.docker.createContainer({
    name: `${name}-stranger`,
    Image: V1,
    HostConfig: { NetworkMode: `holdfast_${name}_default` },
  });
  await stranger.start();
  await manager.publish(name, absent(name, 2));
  const isTold = manager.status(
    name,
    'why it is not removed',
    ({ desired, reason }) => {
      return desired?.revision === 2 && reason !== null && /endpoint/.test(reason.message);
    },
    10_000,
  );
  await isTold.finally(() => stranger.remove({ force: true }));
  await manager.phase(name, 'removed', 2);
});
