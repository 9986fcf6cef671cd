// A device that is cut off goes on, starts what it knows, and tells and hears the rest later.
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import type { Mosquitto } from '../../../scripts/rig/mosquitto.ts';
import { TcpProxy } from '../../fakes/tcp-proxy.ts';
import { hello, present } from '../support/documents.ts';
import type { Manager } from '../support/manager.ts';
import { pushOwnHello } from '../support/own-images.ts';
import { World } from '../support/world.ts';

const images = inject('rig').images;
const [V1, V2] = [images['hello:1.0.0'].reference, images['hello:1.1.0'].reference];

let world: World;
let mosquitto: Mosquitto;
let manager: Manager;
/** The device's line to the broker. */
let line: TcpProxy;
let brokerUrl: string;

beforeEach(async () => {
  world = new World();
  mosquitto = await world.mosquitto();
  manager = await world.manager();
  line = await TcpProxy.start(mosquitto.port);
  world.defer(() => line.close());
  brokerUrl = `mqtt://127.0.0.1:${line.port}`;
});
afterEach(() => world.close());

test('with no broker and no registry in reach the agent starts all that it knows', async () => {
  const registry = await world.registry();
  const image = await pushOwnHello(registry.host);
  const agent = await world.agent({ brokerUrl });
  const name = world.name('web');
  const document = present(name, 1, {
    hello: hello(image, { depends_on: { store: { condition: 'service_healthy' } } }),
    store: hello(image),
  });
  await manager.publish(name, document);
  await manager.phase(name, 'converged', 1);
  const before = [await world.engine.identity(name), await world.engine.identity(name, 'store')];

  await agent.kill();
  line.cut();
  await registry.stop();
  await Promise.all(before.map(({ id }) => world.engine.docker.getContainer(id).stop({ t: 2 })));
  await world.agent({ brokerUrl });
  const after = [
    await world.engine.untilRunning(name),
    await world.engine.untilRunning(name, () => true, 'store'),
  ];
  expect(after.map(({ Id }) => Id)).toEqual(before.map(({ id }) => id));

  line.mend();
  await manager.presence(true);
  await manager.status(name, 'all healthy', ({ phase, services }) => {
    return phase === 'converged' && Object.values(services).every(({ health }) => health === 'healthy');
  });
});

test('what happens while the broker is away is told later, in order and with nothing missing', async () => {
  await world.agent({ brokerUrl });
  const name = world.name('web');
  await manager.publish(name, present(name, 1, { hello: hello(V1) }));
  await manager.phase(name, 'converged', 1);
  const told = manager.statusesOf(name).length;

  line.cut();
  await manager.presence(false);
  const { id, startedAt } = await world.engine.identity(name);
  await world.engine.docker.getContainer(id).kill();
  await world.engine.untilRunning(name, ({ State }) => State.StartedAt !== startedAt);
  expect(manager.statusesOf(name)).toHaveLength(told);

  line.mend();
  await manager.presence(true);
  const status = await manager.status(name, 'the restart', ({ phase, services }) => {
    return phase === 'converged' && services.hello?.restarts === 1 && services.hello.health === 'healthy';
  });
  expect(status.services.hello?.last_failure?.code).toBe('exited');
  await manager.event('the failure', ({ type, deployment, service }) => {
    return type === 'service_failed' && deployment === name && service === 'hello';
  });
  // The world's end checks every number of every event and status that came.
});

test('events that wait for the broker survive a kill -9 of the agent', async () => {
  const agent = await world.agent({ brokerUrl });
  const name = world.name('web');
  await manager.publish(name, present(name, 1, { hello: hello(V1) }));
  await manager.phase(name, 'converged', 1);
  line.cut();
  await manager.presence(false);
  const { id, startedAt } = await world.engine.identity(name);
  await world.engine.docker.getContainer(id).kill();
  await world.engine.untilRunning(name, ({ State }) => State.StartedAt !== startedAt);
  await agent.kill();

  line.mend();
  await world.agent({ brokerUrl });
  await manager.event('the failure before the kill', ({ type, deployment }) => {
    return type === 'service_failed' && deployment === name;
  });
  await manager.event('the second start', ({ type, seq }) => type === 'agent_started' && seq > 2);
});

test('an update published while the device was away arrives when it comes back, the newest only', async () => {
  const agent = await world.agent({ brokerUrl });
  const name = world.name('web');
  await manager.publish(name, present(name, 1, { hello: hello(V1) }));
  await manager.phase(name, 'converged', 1);

  line.cut();
  await manager.presence(false);
  await manager.publish(name, present(name, 2, { hello: hello(V1, { environment: { GREETING: 'Two' } }) }));
  await manager.publish(name, present(name, 3, { hello: hello(V2) }));
  line.mend();
  await manager.phase(name, 'converged', 3);
  expect((await world.engine.running(name)).Config.Image).toBe(V2);

  await agent.stop();
  await manager.publish(name, present(name, 4, { hello: hello(V1) }));
  await world.agent({ brokerUrl });
  await manager.phase(name, 'converged', 4);
  expect((await world.engine.running(name)).Config.Image).toBe(V1);
});

test('a broker that restarts is found again, and has the retained topics written anew', async () => {
  await world.agent({ brokerUrl });
  const name = world.name('web');
  await manager.publish(name, present(name, 1, { hello: hello(V1) }));
  await manager.phase(name, 'converged', 1);
  const before = await world.engine.identity(name);
  await mosquitto.stop();
  await mosquitto.start();
  const online = manager.presences.length;
  await manager.publish(name, present(name, 2, { hello: hello(V1) }));
  await manager.phase(name, 'converged', 2);
  expect(manager.presences.length).toBeGreaterThan(online);
  expect(await manager.retained(`status/${name}`)).toMatchObject({ desired: { revision: 2 } });
  expect(await world.engine.identity(name)).toEqual(before);
});
