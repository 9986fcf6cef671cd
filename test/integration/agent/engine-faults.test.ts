// What the engine refuses, and what only a misbehaving one does.
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { MisbehavingEngine, Misconduct } from '../../fakes/misbehaving-engine.ts';
import type { AgentProcess } from '../support/agent-process.ts';
import { hello, present, publish } from '../support/documents.ts';
import type { Manager } from '../support/manager.ts';
import { pushOwnHello } from '../support/own-images.ts';
import { expectSteady, waitFor } from '../support/wait-for.ts';
import { World } from '../support/world.ts';

const images = inject('rig').images;
const [V1, V2] = [images['hello:1.0.0'].reference, images['hello:1.1.0'].reference];

let world: World;
let manager: Manager;
let agent: AgentProcess;
let engine: MisbehavingEngine;

beforeAll(async () => {
  world = new World();
  const socket = `${world.dir}/engine.sock`;
  engine = await world.forwardEngine(socket);
  ({ manager, agent } = await world.start({ engineSocket: socket }));
});
afterAll(() => world.close());

// Side by side: every fault is of one deployment alone.
test.concurrent('a host port that another program has: the update goes back to the old container, told as port_taken', async () => {
  const name = world.name('web1');
  const [port, taken] = [await world.port(), await takePort()];
  await manager.publish(name, present(name, 1, { hello: hello(V1, { ports: publish(port) }) }));
  await manager.phase(name, 'converged', 1);
  const before = await world.engine.identity(name);

  await manager.publish(name, present(name, 2, { hello: hello(V2, { ports: publish(taken) }) }));
  expect(await manager.phase(name, 'rolled_back', 2)).toMatchObject({
    reason: { code: 'port_taken', path: 'services.hello', hint: expect.stringContaining('host port') },
    running: { revision: 1 },
  });
  expect((await world.engine.untilRunning(name)).Id).toBe(before.id);
  await manager.status(
    name,
    'the old one is healthy',
    ({ services }) => services.hello?.health === 'healthy',
  );
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toContain('1.0.0');
});

test.concurrent('a first deployment whose host port is taken is failed, and runs once the port is free', async () => {
  const name = world.name('web2');
  const port = await world.port();
  const free = await occupy(port);
  await manager.publish(name, present(name, 1, { hello: hello(V1, { ports: publish(port) }) }));
  expect(await manager.phase(name, 'failed', 1)).toMatchObject({ reason: { code: 'port_taken' } });
  await manager.status(name, 'when the next try comes', ({ services }) => {
    return services.hello?.last_failure?.next_try_at !== undefined;
  });
  await free();
  // Called well only once it has run well for a while.
  await manager.status(name, 'it runs', ({ services }) => services.hello?.health === 'healthy');
});

test.concurrent('a disk that is full at create is told as no_space, and the old container is not touched', async () => {
  const name = world.name('web3');
  await manager.publish(name, present(name, 1, { hello: hello(V1) }));
  await manager.phase(name, 'converged', 1);
  const before = await world.engine.identity(name);

  const message = 'mkdir /var/lib/docker/overlay2/abc: no space left on device';
  const fault = engine.misbehave('POST', createsOf(name), { kind: 'error', status: 500, message });
  await manager.publish(name, present(name, 2, { hello: hello(V2) }));
  expect(await manager.phase(name, 'rolled_back', 2)).toMatchObject({
    reason: {
      code: 'no_space',
      path: 'services.hello',
      message: expect.stringContaining('no space left'),
      hint: expect.stringContaining('free disk space'),
    },
    running: { revision: 1 },
  });
  expect(await world.engine.identity(name)).toEqual(before);

  fault.lift();
  // The content that failed is barred, so it takes another.
  await manager.publish(name, present(name, 3, { hello: hello(V2, { environment: { GREETING: 'Hi' } }) }));
  await manager.phase(name, 'converged', 3);
});

test.concurrent('a first deployment on a full disk is failed, and converges once there is room', async () => {
  const name = world.name('web4');
  const message = 'write /var/lib/docker/tmp/x: no space left on device';
  const fault = engine.misbehave('POST', createsOf(name), { kind: 'error', status: 500, message });
  await manager.publish(name, present(name, 1, { hello: hello(V1) }));
  expect(await manager.phase(name, 'failed', 1)).toMatchObject({ reason: { code: 'no_space' } });
  fault.lift();
  await manager.phase(name, 'converged', 1);
});

test.concurrent.each([
  { error: 'write /var/lib/docker/tmp/GetImageBlob1: no space left on device', code: 'no_space' },
  { error: 'unexpected EOF', code: 'registry_unreachable' },
])(
  'a pull that answers 200 and fails half-way with "$error" is told as $code, and is tried again',
  async ({ error, code }) => {
    // An image that the engine does not have yet.
    const { host } = await world.registry();
    const image = await pushOwnHello(host);
    const name = world.name(`web5-${code}`);
    const lines = [
      { status: 'Pulling from hello', id: '1.0.0' },
      { status: 'Downloading', id: 'abc', progressDetail: { current: 500, total: 1000 } },
      { errorDetail: { message: error }, error },
    ];
    const fault = engine.misbehave('POST', pullsFrom(host), { kind: 'lines', lines });
    await manager.publish(name, present(name, 1, { hello: hello(image) }));
    await manager.status(name, code, ({ phase, reason }) => phase === 'pulling' && reason?.code === code);
    fault.lift();
    await manager.phase(name, 'converged', 1);
  },
);

test.concurrent("a service's environment stands in no URL, where the engine's log would keep it", async () => {
  const name = world.name('web6');
  await manager.publish(name, present(name, 1, { hello: hello(V1, { environment: { TOKEN: 's3cret' } }) }));
  await manager.phase(name, 'converged', 1);
  expect(engine.requests.map(({ url }) => url).filter((url) => url.includes('s3cret'))).toEqual([]);
  expect((await world.engine.running(name)).Config.Env).toContain('TOKEN=s3cret');
});

test.concurrent('a conflict that stays is told, and the service comes once it is over', async () => {
  const name = world.name('web8');
  const message = 'Conflict. The operation is not permitted now';
  const fault = engine.misbehave('POST', createsOf(name), { kind: 'error', status: 409, message });
  await manager.publish(name, present(name, 1, { hello: hello(V1) }));
  expect(await manager.phase(name, 'failed', 1)).toMatchObject({ reason: { code: 'conflict' } });
  fault.lift();
  await manager.phase(name, 'converged', 1);
});

test.concurrent('a create that hangs holds up no other deployment, and goes on when the engine lets go', async () => {
  const [stuck, other] = [world.name('stuck'), world.name('other')];
  const fault = hangCreates(stuck);
  await manager.publish(stuck, present(stuck, 1, { hello: hello(V1) }));
  await waitFor('the create', () => fault.hits() > 0);
  await manager.publish(other, present(other, 1, { hello: hello(V1) }));
  await manager.phase(other, 'converged', 1);
  expect(manager.latest(stuck)?.phase).toBe('switching');
  fault.lift();
  await manager.phase(stuck, 'converged', 1);
});

test('an engine that goes away and comes back stops nothing and restarts nothing', async () => {
  const name = world.name('web10');
  await manager.publish(name, present(name, 1, { hello: hello(V1) }));
  await manager.phase(name, 'converged', 1);
  const before = await world.engine.identity(name);
  await engine.stop();
  await manager.publish(name, present(name, 2, { hello: hello(V1, { environment: { GREETING: 'Back' } }) }));
  await manager.event('accepted', ({ type, deployment, revision }) => {
    return type === 'document_accepted' && deployment === name && revision === 2;
  });
  await expectSteady('the container runs on', 1500, async () => {
    return (await world.engine.identity(name)).startedAt === before.startedAt;
  });
  await engine.restart();
  await manager.phase(name, 'converged', 2);
  expect((await world.engine.identity(name)).id).not.toBe(before.id);
});

test('while the engine hangs the agent still ends soon when it is told to', async () => {
  const name = world.name('web9');
  const fault = hangCreates(name);
  await manager.publish(name, present(name, 1, { hello: hello(V1) }));
  await waitFor('the create', () => fault.hits() > 0);
  const beganMs = performance.now();
  expect(await agent.stop()).toBe(0);
  expect(performance.now() - beganMs).toBeLessThan(10_000);
});

function hangCreates(deployment: string): Misconduct {
  return engine.misbehave('POST', createsOf(deployment), { kind: 'hang' });
}

function createsOf(deployment: string): RegExp {
  return new RegExp(`^/containers/create\\?name=${deployment}-`);
}

function pullsFrom(host: string): RegExp {
  return new RegExp(`^/images/create\\?fromImage=${encodeURIComponent(host)}`);
}

/** Listens on a port until the test is over. */
async function takePort(): Promise<number> {
  const port = await world.port();
  world.defer(await occupy(port));
  return port;
}

async function occupy(port: number): Promise<() => Promise<void>> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return () => new Promise((resolve) => server.close(() => resolve()));
}
