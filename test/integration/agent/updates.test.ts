// Updates: forward, and back when they do not prove themselves; order, networks and removal.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import type { Mosquitto } from '../../../scripts/rig/mosquitto.ts';
import { quietProgress } from '../../../scripts/rig/progress.ts';
import { ensureSampleImages } from '../../../scripts/rig/sample-images.ts';
import { absent, hello, PROBE, present, publish } from '../support/documents.ts';
import type { Manager } from '../support/manager.ts';
import { waitFor } from '../support/wait-for.ts';
import { World } from '../support/world.ts';

const images = inject('rig').images;
const V1 = images['hello:1.0.0'].reference;
const V2 = images['hello:1.1.0'].reference;
const CRASH = images['hello:crash'].reference;

let world: World;
let mosquitto: Mosquitto;
let manager: Manager;

async function begin(): Promise<void> {
  world = new World();
  mosquitto = await world.mosquitto();
  manager = await world.manager();
}

// One agent carries them out at once, as a device does.
describe.concurrent('an update', () => {
  beforeAll(async () => {
    await begin();
    await world.agent();
  });
  afterAll(() => world.close());

  test('to a good version replaces the container, and leaves no old one', async () => {
    const name = world.name('good');
    const port = await world.port();
    const ports = publish(port);
    await manager.publish(name, present(name, 1, { hello: hello(V1, { ports }) }));
    await manager.phase(name, 'converged', 1);
    const before = await world.engine.identity(name);
    expect(await greeting(port)).toContain('1.0.0');

    await manager.publish(name, present(name, 2, { hello: hello(V2, { ports }) }));
    await manager.phase(name, 'converged', 2);
    expect(await greeting(port)).toContain('1.1.0');
    expect((await world.engine.identity(name)).id).not.toBe(before.id);
    await waitFor('one container', async () => (await world.engine.containersOf(name)).length === 1);
    expect(manager.latest(name)?.running?.revision).toBe(2);
  });

  test('waits for a slow stop within that one’s own grace, beyond its deadline, and for its port', async () => {
    const name = world.name('slow');
    const ports = publish(await world.port());
    const command = ['sh', '-c', "trap 'sleep 12; exit 0' TERM; python3 hello.py & wait"];
    const slow = hello(V1, { command, ports, stop_grace_period: '40s' });
    await manager.publish(name, present(name, 1, { hello: slow }));
    await manager.phase(name, 'converged', 1);
    const update = { healthy_after: '500ms', deadline: '10s' } as const;
    const after = { hello: hello(V2), front: hello(V2, { ports, restart: 'no' }) };
    await manager.publish(name, present(name, 2, after, { update }));
    await manager.phase(name, 'switching', 2);
    const beganMs = performance.now();
    const { services } = await manager.phase(name, 'converged', 2);
    expect(performance.now() - beganMs).toBeGreaterThan(11_000);
    expect(services.front).toMatchObject({ restarts: 0, last_failure: null });
  });

  test('that changes one service of two leaves the other alone', async () => {
    const name = world.name('half');
    await manager.publish(name, present(name, 1, { hello: hello(V1), other: hello(V1) }));
    await manager.phase(name, 'converged', 1);
    const before = await world.engine.identity(name, 'other');
    await manager.publish(name, present(name, 2, { hello: hello(V2), other: hello(V1) }));
    await manager.phase(name, 'converged', 2);
    expect(await world.engine.identity(name, 'other')).toEqual(before);
  });

  test('start-first proves the new one beside the old one', async () => {
    const name = world.name('beside');
    const update = { strategy: 'start-first', healthy_after: '1s', deadline: '20s' } as const;
    await manager.publish(name, present(name, 1, { hello: hello(V1) }, { update }));
    await manager.phase(name, 'converged', 1);
    const old = await world.engine.identity(name);
    await manager.publish(name, present(name, 2, { hello: hello(V2) }, { update }));
    await waitFor('both to run', async () => {
      const all = await world.engine.containersOf(name);
      return all.length === 2 && all.every(({ State }) => State.Running);
    });
    await manager.phase(name, 'converged', 2);
    await waitFor('the old one to go', async () => (await world.engine.inspect(old.id)) === null);
  });

  test('that crashes goes back to the old container, and tells its last words', async () => {
    const name = world.name('crash');
    await manager.publish(name, present(name, 1, { hello: hello(V1) }));
    await manager.phase(name, 'converged', 1);
    const before = await world.engine.identity(name);
    const crashing = hello(CRASH, { environment: { CRASH_AFTER: '0.1' } });
    await manager.publish(name, present(name, 2, { hello: crashing }));
    const status = await manager.phase(name, 'rolled_back', 2);
    expect(status).toMatchObject({
      running: { revision: 1 },
      reason: {
        code: 'exited',
        path: 'services.hello',
        message: expect.stringContaining('exited with code 3'),
        log: expect.arrayContaining(['crash: ends now, on purpose']),
      },
    });
    expect((await world.engine.untilRunning(name)).Id).toBe(before.id);
    await manager.status(name, 'healthy again', ({ phase, services }) => {
      return phase === 'rolled_back' && services.hello?.health === 'healthy';
    });
    await waitFor('the bad one to go', async () => (await world.engine.containersOf(name)).length === 1);
  });

  test('of a first deployment that fails is told as failed, and is tried on until it works', async () => {
    const name = world.name('first');
    const port = await world.port();
    const command = ['sh', '-c', 'test -e /flag/up && exec python3 hello.py; exit 7'];
    const service = hello(V1, {
      command,
      ports: publish(port),
      volumes: [{ type: 'volume', source: 'flag', target: '/flag' }],
    });
    await manager.publish(name, present(name, 1, { hello: service }, { volumes: { flag: {} } }));
    const failed = await manager.phase(name, 'failed', 1);
    expect(failed).toMatchObject({ running: null, reason: { code: 'exited', path: 'services.hello' } });
    const restarts = failed.services.hello?.restarts ?? 0;
    await manager.status(name, 'another try', ({ services }) => (services.hello?.restarts ?? 0) > restarts);
    await touchFlag(`holdfast_${name}_flag`);
    // It is proven, and told as degraded until it has run well for a minute, as it failed three times in a row.
    await manager.status(name, 'proven', ({ running }) => running?.revision === 1);
    expect(await greeting(port)).toContain('1.0.0');
  });

  test('waits for what it depends on: healthy first, then the next is started', async () => {
    const name = world.name('order');
    const late = ['sh', '-c', 'sleep 2; exec python3 hello.py'];
    const condition = { condition: 'service_healthy' } as const;
    await manager.publish(
      name,
      present(name, 1, {
        app: hello(V1, { depends_on: { store: condition } }),
        store: hello(V1, { command: late }),
      }),
    );
    await manager.phase(name, 'converged', 1);
    const [app, store] = [await world.engine.running(name, 'app'), await world.engine.running(name, 'store')];
    const apartMs = Date.parse(app.State.StartedAt) - Date.parse(store.State.StartedAt);
    expect(apartMs).toBeGreaterThanOrEqual(2000);
  });

  test('puts services of one deployment into one network, where they reach each other by name', async () => {
    const name = world.name('net');
    const script =
      'import urllib.request as u; print(u.urlopen("http://store:8080/").read().decode(), flush=True)';
    await manager.publish(
      name,
      present(name, 1, {
        client: {
          image: V1,
          command: ['python3', '-c', script],
          restart: 'on-failure',
          depends_on: { store: { condition: 'service_healthy' } },
        },
        store: hello(V1),
      }),
    );
    await manager.phase(name, 'converged', 1);
    const client = await waitFor('the client to end', async () => {
      const all = await world.engine.containersOf(name);
      return all.find(({ State }) => State.Status === 'exited' && State.ExitCode === 0);
    });
    const container = world.engine.docker.getContainer(client.Id);
    const logs = await container.logs({ stdout: true, follow: false });
    expect(logs.toString()).toContain('Hello from 1.0.0');
  });

  test('to absent removes containers and networks, and keeps volumes that are not named', async () => {
    const name = world.name('gone');
    const volumes = { kept: {}, purged: {} };
    const service = hello(V1, {
      volumes: [
        { type: 'volume', source: 'kept', target: '/kept' },
        { type: 'volume', source: 'purged', target: '/purged' },
      ],
    });
    await manager.publish(name, present(name, 1, { hello: service }, { volumes }));
    await manager.phase(name, 'converged', 1);
    await manager.publish(name, absent(name, 2, ['purged']));
    expect(await manager.phase(name, 'removed', 2)).toMatchObject({
      running: null,
      services: {},
      reason: null,
    });
    expect(await world.engine.findAll(name)).toEqual([`volume holdfast_${name}_kept`]);

    await manager.publish(name, absent(name, 3, ['kept']));
    await manager.phase(name, 'removed', 3);
    await waitFor('the volume to go', async () => (await world.engine.findAll(name)).length === 0);
    await manager.publish(name, present(name, 4, { hello: hello(V1) }));
    await manager.phase(name, 'converged', 4);
  });
});

describe('an update that never becomes healthy', () => {
  beforeEach(() => begin());
  afterEach(() => world.close());

  test('goes back with no registry and no broker in reach, and is not tried again when the agent restarts', async () => {
    const registry = await world.registry();
    const own = await ensureSampleImages(registry.host, quietProgress);
    const agent = await world.agent();
    const name = world.name('web');
    const port = await world.port();
    const ports = publish(port);
    await manager.publish(name, present(name, 1, { hello: hello(own['hello:1.0.0'].reference, { ports }) }));
    await manager.phase(name, 'converged', 1);
    const before = await world.engine.identity(name);

    const broken = own['hello:broken'].reference;
    const probe = { ...PROBE, grace: '1s' };
    await manager.publish(name, present(name, 2, { hello: hello(broken, { ports, probe }) }));
    await manager.phase(name, 'proving', 2);
    await registry.stop();
    await mosquitto.stop();
    const back = await world.engine.untilRunning(name, ({ Config }) => Config.Image !== broken);
    expect(back.Id).toBe(before.id);
    await waitFor('an answer of the old one', async () => (await greeting(port)).includes('1.0.0'));

    await mosquitto.start();
    const status = await manager.phase(name, 'rolled_back', 2);
    expect(status).toMatchObject({
      running: { revision: 1 },
      reason: {
        code: 'unhealthy',
        path: 'services.hello',
        message: expect.stringContaining('HTTP 500'),
        log: expect.arrayContaining(['broken listens on 8080']),
      },
    });

    await agent.kill();
    const settled = await world.engine.identity(name);
    const again = await world.agent();
    await manager.event('the second start', ({ type, seq }) => type === 'agent_started' && seq > 2);
    await manager.status(name, 'healthy', ({ services }) => services.hello?.health === 'healthy');
    expect(manager.latest(name)).toMatchObject({ phase: 'rolled_back', running: { revision: 1 } });
    expect(await world.engine.identity(name)).toEqual(settled);
    expect(again.log.filter(({ step }) => step !== undefined)).toEqual([]);
  });
});

async function greeting(port: number): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => null);
  return answer === null ? '' : answer.text();
}

/** Somebody repairs what the service waits for: a file on its volume. */
async function touchFlag(volume: string): Promise<void> {
  const container = await world.engine.docker.createContainer({
    name: world.name('repairer'),
    Image: V1,
    Cmd: ['touch', '/flag/up'],
    HostConfig: { Mounts: [{ Type: 'volume', Source: volume, Target: '/flag' }] },
  });
  await container.start();
  expect((await container.wait()).StatusCode).toBe(0);
  await container.remove();
}
