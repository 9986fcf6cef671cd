// A service in the network of another, on a real engine: it follows that one's container and runs, and nothing else.
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { AgentProcess } from '../support/agent-process.ts';
import { type Document, hello, present, type Service } from '../support/documents.ts';
import type { Manager } from '../support/manager.ts';
import { type Container, identityOf } from '../support/test-engine.ts';
import { waitFor } from '../support/wait-for.ts';
import { World } from '../support/world.ts';

const images = inject('rig').images;
const [V1, V2] = [images['hello:1.0.0'].reference, images['hello:1.1.0'].reference];
const SIDE_PORT = 9000;

let world: World;
let manager: Manager;
let agent: AgentProcess;

beforeAll(async () => {
  world = new World();
  ({ manager, agent } = await world.start());
});
afterAll(() => world.close());

/** `side` serves its port in the network of `hello`, with no probe that would restart it; `other` only depends on it. */
function services(image: string): Document['services'] {
  const depends_on = { hello: { condition: 'service_started' } } as const;
  const side: Service = {
    image: V1,
    command: ['python3', '-m', 'http.server', String(SIDE_PORT)],
    network_mode: 'service:hello',
    stop_grace_period: '1s',
    depends_on,
  };
  return { side, hello: hello(image), other: hello(V1, { depends_on }) };
}

async function deploy(name: string): Promise<void> {
  await manager.publish(name, present(name, 1, services(V1)));
  await manager.phase(name, 'converged', 1);
}

async function identities(name: string) {
  const of = async (service: string) => identityOf(await world.engine.running(name, service));
  return { hello: await of('hello'), side: await of('side'), other: await of('other') };
}

/** Answered only where `side` lives in the network that `hello` has now. */
async function untilReached(name: string): Promise<void> {
  await waitFor('side to be reached by the address of hello', async () => {
    const { NetworkSettings } = await world.engine.untilRunning(name);
    const [network] = Object.values(NetworkSettings.Networks);
    const answer = await fetch(`http://${network?.IPAddress}:${SIDE_PORT}/`).catch(() => null);
    await answer?.body?.cancel();
    return answer?.ok === true;
  });
}

/** Its main process ends, and the engine's restart policy starts it again. */
async function crash(container: Container): Promise<void> {
  const Cmd = ['python3', '-c', 'import os, signal; os.kill(-1, signal.SIGKILL)'];
  const exec = await world.engine.docker.getContainer(container.Id).exec({ Cmd });
  await exec.start({ Detach: true });
}

test('follows the container of that one when it is updated, and is untouched by a restart of the agent', async () => {
  const name = world.name('update');
  await deploy(name);
  await untilReached(name);
  const before = await identities(name);

  await manager.publish(name, present(name, 2, services(V2)));
  await manager.phase(name, 'converged', 2);
  await untilReached(name);
  const after = await identities(name);
  expect(after.hello.id).not.toBe(before.hello.id);
  expect(after.side.id).not.toBe(before.side.id);
  expect(after.other).toEqual(before.other);
  expect((await world.engine.running(name, 'side')).HostConfig.NetworkMode).toBe(
    `container:${after.hello.id}`,
  );

  await agent.kill();
  agent = await world.agent();
  const beside = world.name('beside');
  await manager.publish(beside, present(beside, 1, { hello: hello(V1) }));
  await manager.phase(beside, 'converged', 1);
  expect(await identities(name)).toEqual(after);
});

test('has its network again when that one has crashed', async () => {
  const name = world.name('crash');
  await deploy(name);
  await untilReached(name);
  const before = await identities(name);

  await crash(await world.engine.running(name));
  await world.engine.untilRunning(name, ({ State }) => State.StartedAt !== before.hello.startedAt);
  await untilReached(name);
  const after = await identities(name);
  expect(after.side.id).toBe(before.side.id);
  expect(after.side.startedAt).not.toBe(before.side.startedAt);
  expect(after.other).toEqual(before.other);
});

test('goes back with that one to the kept containers when an update fails', async () => {
  const name = world.name('back');
  await deploy(name);
  const before = await identities(name);
  const bad = { ...services(V2), hello: hello(V2, { command: ['sh', '-c', 'exit 3'] }) };
  await manager.publish(name, present(name, 2, bad));
  await manager.phase(name, 'rolled_back', 2);
  await untilReached(name);
  const after = await identities(name);
  expect([after.hello.id, after.side.id]).toEqual([before.hello.id, before.side.id]);
  expect(after.other).toEqual(before.other);
});
