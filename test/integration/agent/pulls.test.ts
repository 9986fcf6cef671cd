// What is pulled when: pull policies, platforms, and a disk that is too full, on a real engine and registry.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startEngine } from '../../../scripts/rig/engine.ts';
import { asRoot, run } from '../../../scripts/rig/exec.ts';
import { buildImage } from '../../../scripts/rig/images.ts';
import type { AgentProcess } from '../support/agent-process.ts';
import { hello, present } from '../support/documents.ts';
import type { Manager } from '../support/manager.ts';
import { pushHello, pushOwnHello } from '../support/own-images.ts';
import { waitFor } from '../support/wait-for.ts';
import { World } from '../support/world.ts';

const { images } = inject('rig');

let world: World;
let manager: Manager;
let agent: AgentProcess;

beforeAll(async () => {
  world = new World();
  ({ manager, agent } = await world.start());
});
afterAll(() => world.close());

test('always: a moved tag makes a new container with the next revision, and neither a restart nor a registry that is away touches it', async () => {
  const own = await world.registry();
  const image = await pushOwnHello(own.host);
  const name = world.name('always');
  const document = (revision: number) =>
    present(name, revision, { hello: hello(image, { pull_policy: 'always' }) });
  await manager.publish(name, document(1));
  await manager.phase(name, 'converged', 1);
  const before = await world.engine.running(name);

  await pushHello({ registryHost: own.host }, { tag: 'own', version: 'moved' });
  await manager.publish(name, document(2));
  await manager.phase(name, 'converged', 2);
  const after = await world.engine.running(name);
  expect(after.Id).not.toBe(before.Id);
  expect(after.Image).not.toBe(before.Image);
  const isAlone = async () => (await world.engine.containersOf(name)).length === 1;
  await waitFor('the old container to go', isAlone);

  const identity = await world.engine.identity(name);
  await manager.publish(name, document(3));
  await manager.phase(name, 'converged', 3);
  await own.stop();
  await agent.stop();
  agent = await world.agent();
  await manager.publish(name, document(4));
  await manager.status(name, 'the registry is away', ({ phase, reason }) => {
    return phase === 'pulling' && reason?.code === 'registry_unreachable';
  });
  expect(await world.engine.identity(name)).toEqual(identity);
});

test('never: an image that is not here fails at once, and one that is here runs', async () => {
  const own = await world.registry();
  const image = await pushOwnHello(own.host);
  const name = world.name('never');
  const services = { hello: hello(image, { pull_policy: 'never' }) };
  await manager.publish(name, present(name, 1, services));
  expect(await manager.phase(name, 'failed', 1)).toMatchObject({
    reason: { code: 'image_missing', path: 'services.hello.image' },
  });
  const here = { hello: hello(images['hello:1.0.0'].reference, { pull_policy: 'never' }) };
  await manager.publish(name, present(name, 2, here));
  await manager.phase(name, 'converged', 2);
});

test('platform: another than the host’s is pulled and used, and one that is not offered is told', async () => {
  const own = await world.registry();
  const recipe = { name: 'foreign', tag: '1', files: { 'a.txt': 'a' }, cmd: ['/app/a.txt'] };
  const { reference } = await buildImage(
    { ...recipe, platforms: ['linux/s390x'] },
    { registryHost: own.host },
  );
  const name = world.name('platform');
  const service = (platform: string) => ({ image: reference, platform });
  await manager.publish(name, present(name, 1, { app: service('linux/arm/v7') }));
  expect(await manager.phase(name, 'failed', 1)).toMatchObject({
    reason: {
      code: 'no_matching_platform',
      message: 'the service asks for linux/arm/v7; the image offers linux/s390x',
    },
  });
  await manager.publish(name, present(name, 2, { app: service('linux/s390x') }));
  const failed = await manager.phase(name, 'failed', 2);
  // It cannot run here, but was made: nothing stood in the way of the foreign image.
  expect(failed.reason?.code).not.toBe('no_matching_platform');
  const [container] = await world.engine.containersOf(name);
  const info = await world.engine.docker.getImage(container?.Image ?? '').inspect();
  expect(info.Architecture).toBe('s390x');
});

test('a disk without room for an image is told with what is missing, and the update follows once there is room', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'holdfast-small-disk-'));
  const mount = (...args: string[]) => run(asRoot({ program: 'mount', args: [...args, dir] }));
  await mount('-t', 'tmpfs', '-o', 'size=96m', 'tmpfs');
  const engine = await startEngine({ dir });
  const small = new World({ engineSocket: engine.socketPath });
  try {
    const own = await small.registry();
    const image = await pushOwnHello(own.host);
    const { manager: smallManager } = await small.start({ imageReserve: '64M' });
    const name = small.name('disk');
    await smallManager.publish(name, present(name, 1, { hello: hello(image) }));
    const { reason } = await smallManager.status(name, 'there is no room', (status) => {
      return status.phase === 'pulling' && status.reason?.code === 'no_space';
    });
    expect(reason?.message).toMatch(
      /^needs about [\d.]+ MiB; [\d.]+ MiB are free in \S+, [\d.]+ MiB above the reserve of 64\.0 MiB$/,
    );
    await mount('-o', 'remount,size=1g');
    await smallManager.phase(name, 'converged', 1, 90_000);
  } finally {
    await small.close();
    await engine.remove();
  }
});
