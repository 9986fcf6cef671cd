// A named volume that somebody takes away by hand while its service is stopped, and the agent away.
import path from 'node:path';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import type { AgentProcess } from '../support/agent-process.ts';
import { hello, present } from '../support/documents.ts';
import type { Manager } from '../support/manager.ts';
import { World } from '../support/world.ts';

const V1 = inject('rig').images['hello:1.0.0'].reference;

let world: World;
let manager: Manager;
let agent: AgentProcess;
let name: string;
/** The service's container, stopped. */
let stopped: string;

beforeEach(async () => {
  world = new World();
  ({ manager, agent } = await world.start());
  name = world.name('web');
  const service = hello(V1, { volumes: [{ type: 'volume', source: 'data', target: '/data' }] });
  await manager.publish(name, present(name, 1, { hello: service }, { volumes: { data: {} } }));
  await manager.phase(name, 'converged', 1);
  stopped = (await world.engine.identity(name)).id;
  await agent.stop();
  await world.engine.docker.getContainer(stopped).stop({ t: 2 });
});
afterEach(() => world.close());

function volume() {
  return world.engine.docker.getVolume(`holdfast_${name}_data`);
}

test('a volume that was removed, which the engine allows with its container only, is made anew and is ours', async () => {
  await world.engine.docker.getContainer(stopped).remove();
  await volume().remove();
  await world.agent();
  const again = await world.engine.untilRunning(name);
  await manager.status(name, 'healthy', ({ phase, services }) => {
    return phase === 'converged' && services.hello?.health === 'healthy';
  });
  const mounts = again.Mounts.filter(({ Type }) => Type === 'volume');
  expect(mounts).toMatchObject([{ Name: `holdfast_${name}_data`, Destination: '/data' }]);
  expect((await volume().inspect()).Labels).toEqual({
    'io.holdfast.deployment': name,
    'io.holdfast.volume': 'data',
  });
});

test("a volume whose folder was deleted is told in the engine's words, and its service runs once it is back", async () => {
  const folder = (await volume().inspect()).Mountpoint;
  await onHost(folder, 'shutil.rmtree');
  await world.agent();
  const told = await manager.status(name, 'the next try', ({ services }) => {
    return services.hello?.last_failure?.next_try_at !== undefined;
  });
  expect(told).toMatchObject({
    phase: 'degraded',
    reason: { path: 'services.hello', message: expect.stringContaining(`holdfast_${name}_data`) },
  });
  await onHost(folder, 'os.mkdir');
  // Its phase is another matter: a third failure before the folder was back makes it owe a good run of a minute.
  await manager.status(name, 'healthy', ({ services }) => services.hello?.health === 'healthy');
  expect((await world.engine.identity(name)).id).toBe(stopped);
});

/** Calls a function of Python with the path of a folder on the engine's machine. */
async function onHost(folder: string, call: 'shutil.rmtree' | 'os.mkdir'): Promise<void> {
  const script = `import os, shutil; ${call}("/parent/${path.basename(folder)}")`;
  const container = await world.engine.docker.createContainer({
    name: world.name('hand'),
    Image: V1,
    Cmd: ['python3', '-c', script],
    HostConfig: { Binds: [`${path.dirname(folder)}:/parent`] },
  });
  await container.start();
  const { StatusCode: code } = await container.wait();
  await container.remove();
  expect(code).toBe(0);
}
