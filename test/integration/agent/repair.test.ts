// Whatever is done to a deployment behind the agent's back is put right; whatever is not ours stays as it is.
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { readKernelLimits } from '../support/cgroup.ts';
import { hello, present } from '../support/documents.ts';
import type { Manager } from '../support/manager.ts';
import { type Container, identityOf } from '../support/test-engine.ts';
import { waitFor } from '../support/wait-for.ts';
import { World } from '../support/world.ts';

const images = inject('rig').images;
const V1 = images['hello:1.0.0'].reference;

let world: World;
let manager: Manager;
let brokerUrl: string;

beforeAll(async () => {
  world = new World();
  brokerUrl = (await world.mosquitto()).url;
  manager = await world.manager(brokerUrl);
  await world.agent({ brokerUrl });
});
afterAll(() => world.close());

let counter = 0;

/** A deployment of this test alone, converged, with its one container. */
async function deploy(
  changes: Parameters<typeof present>[3] = {},
): Promise<{ name: string; container: Container }> {
  counter += 1;
  const name = world.name(`web${counter}`);
  await manager.publish(name, present(name, 1, { hello: hello(V1) }, changes));
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

describe('a container that somebody', () => {
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
    const { name, container } = await deploy();
    await docker(container).update({ Memory: 32 * 1024 ** 2, MemorySwap: 32 * 1024 ** 2 });
    const repaired = await world.engine.untilRunning(name, ({ HostConfig }) => HostConfig.Memory === 0);
    expect(identityOf(repaired)).toEqual(identityOf(container));
  });
});

test('a limit that a new revision changes is put in force on the same container, with no new start', async () => {
  const { name, container } = await deploy();
  const limits = { cpus: '0.25', memory: '48M', pids: 40 };
  await manager.publish(name, present(name, 2, { hello: hello(V1, { deploy: { resources: { limits } } }) }));
  const status = await manager.phase(name, 'converged', 2);
  expect(await world.engine.identity(name)).toEqual(identityOf(container));
  expect(readKernelLimits(container.State.Pid)).toEqual({
    memoryBytes: 48 * 1024 ** 2,
    cpus: 0.25,
    pids: 40,
  });
  expect(status.services.hello?.limits).toMatchObject({ memory_bytes: 48 * 1024 ** 2, cpus: 0.25, pids: 40 });
});

describe('a network', () => {
  test('that was removed with its container is made anew, and the container with it', async () => {
    const { name, container } = await deploy();
    const told = manager.statusesOf(name).length;
    await docker(container).remove({ force: true });
    await network(name).remove().catch(ignoreInUse);
    await convergedAgain(name, told);
    expect((await network(name).inspect()).Labels?.['io.holdfast.deployment']).toBe(name);
  });

  test('that was removed under a running container is made anew, and the container is joined to it', async () => {
    const { name, container } = await deploy();
    await network(name).disconnect({ Container: container.Id, Force: true });
    await network(name).remove();
    await world.engine.untilRunning(name, ({ NetworkSettings }) => {
      return (NetworkSettings.Networks[`holdfast_${name}_default`]?.IPAddress ?? '') !== '';
    });
    await manager.status(name, 'healthy', ({ services }) => services.hello?.health === 'healthy');
  });
});

test('a named volume that was removed with its container is made anew', async () => {
  const volumes = { data: {} };
  counter += 1;
  const name = world.name(`vol${counter}`);
  const mounts = [{ type: 'volume' as const, source: 'data', target: '/data' }];
  await manager.publish(name, present(name, 1, { hello: hello(V1, { volumes: mounts }) }, { volumes }));
  await manager.phase(name, 'converged', 1);
  const told = manager.statusesOf(name).length;
  const container = await world.engine.running(name);
  const volume = world.engine.docker.getVolume(`holdfast_${name}_data`);
  const { CreatedAt } = await volume.inspect();
  await docker(container).remove({ force: true });
  await volume.remove().catch(ignoreInUse);
  await convergedAgain(name, told);
  expect((await volume.inspect()).Labels).toMatchObject({ 'io.holdfast.deployment': name });
  expect(CreatedAt).toBeDefined();
});

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

  test('is left alone: containers without labels, with the very name that ours would have, or of another deployment', async () => {
    const { name, container } = await deploy();
    const ourName = container.Name.slice(1);
    // Somebody takes the name, and a container of no deployment that this agent knows stands beside.
    await docker(container).rename({ name: `${ourName}-moved` });
    const ids = [
      await stranger(ourName),
      await stranger(`${name}-plain`),
      await stranger(`${name}-other`, {
        'io.holdfast.deployment': world.name('unknown'),
        'io.holdfast.service': 'hello',
        'io.holdfast.spec': container.Config.Labels['io.holdfast.spec'] ?? '',
      }),
    ];
    const before = await Promise.all(ids.map((id) => world.engine.inspect(id)));
    await docker(container).remove({ force: true });
    const again = await world.engine.untilRunning(name);
    expect(again.Name.slice(1)).toMatch(new RegExp(`^${ourName}-[0-9a-f]{6}$`));
    await manager.publish(name, {
      ...present(name, 2, {}),
      state: 'absent',
      services: undefined,
      update: undefined,
    });
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

/** The agent may have been quicker, and uses it again. */
function ignoreInUse(error: unknown): void {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  if (status !== 403 && status !== 409) throw error;
}
