// Whatever is done to a deployment behind the agent's back is put right; whatever is not ours stays as it is.
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { readKernelLimits } from '../support/cgroup.ts';
import { absent, type Document, hello, present, type Service } from '../support/documents.ts';
import type { Manager } from '../support/manager.ts';
import { type Container, identityOf } from '../support/test-engine.ts';
import { expectSteady, waitFor } from '../support/wait-for.ts';
import { World } from '../support/world.ts';

const images = inject('rig').images;
const V1 = images['hello:1.0.0'].reference;

let world: World;
let manager: Manager;

beforeAll(async () => {
  world = new World();
  ({ manager } = await world.start());
});
afterAll(() => world.close());

let counter = 0;

interface Asked {
  readonly service?: Partial<Service>;
  readonly limits?: { readonly memory: string };
  readonly document?: Partial<Document>;
}

interface Deployed {
  readonly name: string;
  readonly container: Container;
}

/** A deployment of this test alone, converged, with its one container. */
async function deploy({ service, limits, document }: Asked = {}): Promise<Deployed> {
  counter += 1;
  const name = world.name(`web${counter}`);
  const deploy = limits === undefined ? {} : { deploy: { resources: { limits } } };
  await manager.publish(name, present(name, 1, { hello: hello(V1, { ...service, ...deploy }) }, document));
  await manager.phase(name, 'converged', 1);
  return { name, container: await world.engine.running(name) };
}

/** Told as it should be: running and healthy again, after something else was told. */
async function convergedAgain(name: string, from: number): Promise<void> {
  await waitFor(
    `${name} converged again`,
    () => {
      const after = manager.statusesOf(name).slice(from);
      const { phase, services } = after.at(-1) ?? {};
      return after.length > 1 && phase === 'converged' && services?.hello?.health === 'healthy';
    },
    { lastSeen: () => manager.statusesOf(name).slice(from) },
  );
}

// One agent looks after them all at once, as a device does.
describe.concurrent('a container that somebody', () => {
  test.each([
    { what: 'killed', harm: (container: Container) => docker(container).kill() },
    { what: 'stopped', harm: (container: Container) => docker(container).stop({ t: 2 }) },
  ])('$what is started again, the same one', async ({ harm }) => {
    const { name, container } = await deploy();
    const told = manager.statusesOf(name).length;
    await harm(container);
    const again = await world.engine.untilRunning(name, ({ State }) => {
      return State.StartedAt !== container.State.StartedAt;
    });
    expect(again.Id).toBe(container.Id);
    await convergedAgain(name, told);
    expect(manager.latest(name)?.services.hello?.restarts).toBe(1);
  });

  test('paused goes on, with no new start', async () => {
    const { name, container } = await deploy();
    await docker(container).pause();
    const again = await world.engine.untilRunning(name);
    expect(identityOf(again)).toEqual(identityOf(container));
  });

  test('removed is made anew', async () => {
    const { name, container } = await deploy();
    const told = manager.statusesOf(name).length;
    await docker(container).remove({ force: true });
    const again = await world.engine.untilRunning(name);
    expect(again.Id).not.toBe(container.Id);
    await convergedAgain(name, told);
  });

  test('gave other limits gets its own back, with no new start', async () => {
    const { name, container } = await deploy({ limits: { memory: '64M' } });
    const less = 32 * 1024 ** 2;
    await docker(container).update({ Memory: less, MemorySwap: less });
    const repaired = await world.engine.untilRunning(
      name,
      ({ HostConfig }) => HostConfig.Memory === 2 * less,
    );
    expect(identityOf(repaired)).toEqual(identityOf(container));
    await waitFor('the kernel to know', () => readKernelLimits(container.State.Pid).memoryBytes === 2 * less);
  });
});

test.concurrent('limits that a new revision changes are put in force on the same container, with no new start', async () => {
  const { name, container } = await deploy();
  const limits = { cpus: '0.25', memory: '48M', pids: 40 };
  await manager.publish(name, present(name, 2, { hello: hello(V1, { deploy: { resources: { limits } } }) }));
  await manager.status(name, 'the limits are told', ({ desired, services }) => {
    const told = services.hello?.limits;
    return desired?.revision === 2 && told?.not_enforced.length === 0 && told.pids === 40;
  });
  expect(await world.engine.identity(name)).toEqual(identityOf(container));
  expect(readKernelLimits(container.State.Pid)).toEqual({
    memoryBytes: 48 * 1024 ** 2,
    cpus: 0.25,
    pids: 40,
  });
});

test.concurrent('a network that was removed with its container is made anew, and the container with it', async () => {
  const { name, container } = await deploy();
  const told = manager.statusesOf(name).length;
  await docker(container).remove({ force: true });
  // The agent may have been quicker, and uses it again.
  await network(name)
    .remove()
    .catch(() => undefined);
  await convergedAgain(name, told);
  expect((await network(name).inspect()).Labels?.['io.holdfast.deployment']).toBe(name);
});

test.concurrent('a named volume that was removed with its container is made anew, and is ours', async () => {
  const mounts = [{ type: 'volume' as const, source: 'data', target: '/data' }];
  const { name, container } = await deploy({
    service: { volumes: mounts },
    document: { volumes: { data: {} } },
  });
  const told = manager.statusesOf(name).length;
  const volume = world.engine.docker.getVolume(`holdfast_${name}_data`);
  await docker(container).remove({ force: true });
  await volume.remove().catch(() => undefined);
  await convergedAgain(name, told);
  expect((await volume.inspect()).Labels).toEqual({
    'io.holdfast.deployment': name,
    'io.holdfast.volume': 'data',
  });
});

test.concurrent.each(['network', 'volume'] as const)(
  'a %s of somebody else that has the name of ours is not taken, is told, and is not asked for without a pause',
  async (kind) => {
    counter += 1;
    const name = world.name(`web${counter}`);
    if (kind === 'network') await world.engine.docker.createNetwork({ Name: `holdfast_${name}_default` });
    else await world.engine.docker.createVolume({ Name: `holdfast_${name}_data` });
    const service = hello(V1, { volumes: [{ type: 'volume', source: 'data', target: '/data' }] });
    await manager.publish(name, present(name, 1, { hello: service }, { volumes: { data: {} } }));
    await manager.event('name_taken', ({ deployment, code }) => deployment === name && code === 'name_taken');
    await manager.status(name, 'name_taken', ({ reason }) => reason?.code === 'name_taken');
    await expectSteady('a few tries', 2000, () => {
      return (
        manager.events().filter(({ deployment, code }) => deployment === name && code === 'name_taken')
          .length < 10
      );
    });
    expect(await world.engine.containersOf(name)).toEqual([]);
    await manager.publish(name, absent(name, 2));
    await manager.phase(name, 'removed', 2);
    // Volumes stay, whosever they are.
    const volume = `volume holdfast_${name}_data`;
    const left = kind === 'network' ? [`network holdfast_${name}_default`, volume] : [volume];
    expect(await world.engine.findAll(name)).toEqual(left);
  },
);

describe('what is not ours', () => {
  const strangers: string[] = [];

  async function stranger(name: string, labels: Record<string, string> = {}): Promise<string> {
    const container = await world.engine.docker.createContainer({
      name,
      Image: V1,
      Labels: { 'test.owner': world.mark, ...labels },
    });
    await container.start();
    strangers.push(container.id);
    return container.id;
  }

  afterEach(async () => {
    for (const id of strangers.splice(0)) await world.engine.docker.getContainer(id).remove({ force: true });
  });

  test('is left alone: containers without labels, with the very name that ours had, with all labels of ours, or of another deployment', async () => {
    const { name, container } = await deploy();
    const ourName = container.Name.slice(1);
    // Somebody takes the name, and a container of no deployment that this agent knows stands beside.
    await docker(container).rename({ name: `${ourName}-moved` });
    const ids = [
      await stranger(ourName),
      await stranger(`${name}-plain`),
      // As `docker commit` and `docker run` copy them.
      await stranger(`${name}-copy`, container.Config.Labels),
      await stranger(`${name}-other`, {
        'io.holdfast.deployment': world.name('unknown'),
        'io.holdfast.service': 'hello',
        'io.holdfast.spec': container.Config.Labels['io.holdfast.spec'] ?? '',
      }),
    ];
    const before = await Promise.all(ids.map((id) => world.engine.inspect(id)));
    await docker(container).remove({ force: true });
    const again = await world.engine.untilRunning(name);
    expect(again.Name.slice(1)).not.toBe(ourName);
    await manager.publish(name, absent(name, 2));
    await manager.phase(name, 'removed', 2);
    const after = await Promise.all(ids.map((id) => world.engine.inspect(id)));
    expect(after.map((info) => info && identityOf(info))).toEqual(
      before.map((info) => info && identityOf(info)),
    );
    expect(after.every((info) => info?.State.Running)).toBe(true);
  });
});

function docker({ Id }: Container) {
  return world.engine.docker.getContainer(Id);
}

function network(deployment: string) {
  return world.engine.docker.getNetwork(`holdfast_${deployment}_default`);
}
