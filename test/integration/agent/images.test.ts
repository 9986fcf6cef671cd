// Images that cannot be had, and registries that want a password.
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { AgentProcess } from '../support/agent-process.ts';
import { hello, present } from '../support/documents.ts';
import type { Manager } from '../support/manager.ts';
import { pushOwnHello } from '../support/own-images.ts';
import { World } from '../support/world.ts';

const { images, registry } = inject('rig');
const CREDENTIALS = { username: 'edge', password: 's3cret' };

let world: World;
let manager: Manager;
let agent: AgentProcess;

beforeAll(async () => {
  world = new World();
  ({ manager, agent } = await world.start());
});
afterAll(() => world.close());

test.concurrent.each([
  {
    what: 'that does not exist',
    key: 'image',
    image: `${registry.host}/no-such-image:1.0.0`,
    reason: { code: 'image_not_found', path: 'services.hello.image' },
  },
  {
    what: 'with a tag that does not exist',
    key: 'tag',
    image: `${registry.host}/hello:no-such-tag`,
    reason: { code: 'image_not_found', path: 'services.hello.image' },
  },
  {
    what: 'for another CPU',
    key: 'cpu',
    image: images['foreign:1.0.0'].reference,
    reason: {
      code: 'no_matching_platform',
      path: 'services.hello.image',
      message: expect.stringMatching(/this device is linux\/\w+; the image offers linux\/s390x/),
      hint: expect.stringContaining('docker buildx build --platform'),
    },
  },
])(
  'an image $what is told, for a first deployment and for an update that leaves the old one alone',
  async ({ key, image, reason }) => {
    const [first, web] = [world.name(`first-${key}`), world.name(`web-${key}`)];
    await manager.publish(web, present(web, 1, { hello: hello(images['hello:1.0.0'].reference) }));
    await manager.phase(web, 'converged', 1);
    const before = await world.engine.identity(web);

    await manager.publish(first, present(first, 1, { hello: hello(image) }));
    await manager.publish(web, present(web, 2, { hello: hello(image) }));
    expect(await manager.phase(first, 'failed', 1)).toMatchObject({ reason, running: null });
    expect(await manager.phase(web, 'rolled_back', 2)).toMatchObject({
      reason,
      running: { revision: 1 },
      services: { hello: { state: 'running', health: 'healthy' } },
    });
    expect(await world.engine.identity(web)).toEqual(before);
    expect(await world.engine.containersOf(first)).toEqual([]);

    await manager.publish(web, present(web, 3, { hello: hello(images['hello:1.0.0'].reference) }));
    await manager.phase(web, 'converged', 3);
    expect(await world.engine.identity(web)).toEqual(before);
  },
);

test("a registry's credentials go to that registry only, and one that refuses is told as registry_auth", async () => {
  const [known, strange] = [await world.registry(CREDENTIALS), await world.registry(CREDENTIALS)];
  for (const { host } of [known, strange]) await pushOwnHello(host, CREDENTIALS);
  const socket = `${world.dir}/engine.sock`;
  const engine = await world.forwardEngine(socket);
  await agent.stop();
  agent = await world.agent({ engineSocket: socket, registries: { [known.host]: CREDENTIALS } });

  const [allowed, refused] = [world.name('allowed'), world.name('refused')];
  await manager.publish(refused, present(refused, 1, { hello: hello(`${strange.host}/hello:own`) }));
  expect(await manager.phase(refused, 'failed', 1)).toMatchObject({
    reason: {
      code: 'registry_auth',
      path: 'services.hello.image',
      hint: expect.stringContaining('[registries.'),
    },
  });
  await manager.publish(allowed, present(allowed, 1, { hello: hello(`${known.host}/hello:own`) }));
  await manager.phase(allowed, 'converged', 1);

  const sentFor = (host: string): unknown[] => {
    const about = engine.requests.filter(({ url }) => decodeURIComponent(url).includes(host));
    return about.map(({ registryAuth }) => registryAuth).filter((auth) => auth !== null);
  };
  expect(sentFor(known.host)).toContainEqual({ ...CREDENTIALS, serveraddress: known.host });
  expect(engine.requests.some(({ url }) => decodeURIComponent(url).includes(strange.host))).toBe(true);
  expect(JSON.stringify(sentFor(strange.host))).not.toContain(CREDENTIALS.password);
});

test('a wrong password is told as registry_auth, and never shows in status, events or log', async () => {
  const locked = await world.registry(CREDENTIALS);
  const image = await pushOwnHello(locked.host, CREDENTIALS);
  const wrong = { username: 'edge', password: 'not-the-secret' };
  await agent.stop();
  agent = await world.agent({ registries: { [locked.host]: wrong } });
  const name = world.name('wrong');
  await manager.publish(name, present(name, 1, { hello: hello(image) }));
  expect(await manager.phase(name, 'failed', 1)).toMatchObject({ reason: { code: 'registry_auth' } });
  expect(JSON.stringify([manager.statuses, manager.batches, agent.log])).not.toContain(wrong.password);
});

test('a registry out of reach is waited for: the old one runs on, and the update follows when it is back', async () => {
  const own = await world.registry();
  const image = await pushOwnHello(own.host);
  const name = world.name('away');
  await manager.publish(name, present(name, 1, { hello: hello(images['hello:1.0.0'].reference) }));
  await manager.phase(name, 'converged', 1);
  const before = await world.engine.identity(name);

  await own.stop();
  await manager.publish(name, present(name, 2, { hello: hello(image) }));
  await manager.status(name, 'the registry is away', ({ phase, reason }) => {
    return phase === 'pulling' && reason?.code === 'registry_unreachable';
  });
  expect(await world.engine.identity(name)).toEqual(before);
  await own.start();
  await manager.phase(name, 'converged', 2);
});
