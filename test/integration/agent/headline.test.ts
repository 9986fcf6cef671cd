// The whole path with nothing of ours on the manager's side: a plain MQTT client, a real broker, a real engine.
import { createServer } from 'node:net';
import { Aedes } from 'aedes';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import type { Phase } from '../../../protocol/reports/status.ts';
import { inSeconds } from '../../../protocol/values/timestamp.ts';
import { quietProgress } from '../../../scripts/rig/progress.ts';
import { ensureSampleImages } from '../../../scripts/rig/sample-images.ts';
import { listenOnLoopback } from '../../fakes/loopback.ts';
import { readKernelLimits } from '../support/cgroup.ts';
import { absent, hello, present, publish } from '../support/documents.ts';
import { waitFor } from '../support/wait-for.ts';
import { World } from '../support/world.ts';

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.close());

test('a document published by a plain MQTT client runs on the engine with its limits in force, and is told in order', async () => {
  // A registry of its own, so that the image has to be fetched.
  const registry = await world.registry();
  const images = await ensureSampleImages(registry.host, quietProgress);
  const { manager, agent } = await world.start();
  const name = world.name('line-vision');
  const port = await world.port();
  const document = contractDocument(name, images['hello:1.0.0'].reference, port);

  await manager.publish(name, document);
  const status = await manager.phase(name, 'converged', 7);

  const container = await world.engine.running(name, 'detector');
  expect(container.Config.Labels).toMatchObject({
    'io.holdfast.deployment': name,
    'io.holdfast.service': 'detector',
    'io.holdfast.revision': '7',
    'io.holdfast.spec': expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
  });
  expect(readKernelLimits(container.State.Pid)).toEqual({
    memoryBytes: 256 * 1024 ** 2,
    cpus: 0.5,
    pids: 64,
  });
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toMatch(/^Good day from 1\.0\.0 on /);

  const hash = expect.stringMatching(/^sha256:[0-9a-f]{64}$/);
  expect(status).toMatchObject({
    source: 'device',
    desired: { revision: 7, hash },
    running: { revision: 7, hash },
    reason: null,
    refused: null,
    services: {
      detector: {
        state: 'running',
        health: 'healthy',
        image: images['hello:1.0.0'].reference,
        digest: images['hello:1.0.0'].digest,
        container: container.Id.slice(0, 12),
        restarts: 0,
        started_at: inSeconds(container.State.StartedAt),
        limits: { memory_bytes: 268_435_456, cpus: 0.5, pids: 64, not_enforced: [] },
        last_failure: null,
      },
      store: { state: 'running', health: 'healthy' },
    },
  });
  expectInOrder(manager.phasesOf(name), ['pulling', 'switching', 'proving', 'converged']);

  await manager.event('converged', ({ type, phase }) => type === 'phase' && phase === 'converged');
  const types = manager.events().map(({ type }) => type);
  expectInOrder(types, [
    'agent_started',
    'document_accepted',
    'create_network',
    'create_container',
    'start_container',
  ]);
  // An outbox that nobody had acknowledged would be sent again after a restart.
  const last = manager.events().at(-1)?.seq ?? 0;
  const batchesBefore = manager.batches.length;
  expect(await agent.stop()).toBe(0);
  await manager.presence(false);
  const again = await world.agent();
  await manager.event('a second start', ({ seq, type }) => seq > last && type === 'agent_started');
  expect(manager.batches.slice(batchesBefore).flatMap(({ events }) => events)[0]?.seq).toBe(last + 1);

  await manager.presence(true);
  expect(await manager.retained(`status/${name}`)).toMatchObject({ phase: 'converged' });
  expect(await manager.retained('presence')).toMatchObject({ online: true });
  await waitFor('the device state', () => manager.states.at(-1)?.deployments.length === 1);
  expect(await manager.retained('state')).toMatchObject({
    device: world.device,
    engine: { name: 'docker', enforces: ['memory', 'cpus', 'pids'] },
    deployments: [{ name, revision: 7, phase: 'converged' }],
  });
  expect(await manager.retained('events')).toBe(null);

  await again.kill();
  await manager.presence(false);
  expect(await manager.retained('presence')).toMatchObject({ online: false });
});

test('over MQTT 3.1.1, which is all that aedes speaks, a document runs and is told just so', async () => {
  const url = await startAedes();
  const manager = await world.manager(url, 4);
  const agent = await world.agent({ brokerUrl: url });
  const name = world.name('old-broker');
  const port = await world.port();
  const image = inject('rig').images['hello:1.0.0'].reference;

  await manager.publish(name, present(name, 1, { hello: hello(image, { ports: publish(port) }) }));
  await manager.phase(name, 'converged', 1);

  expect(agent.log).toContainEqual(expect.objectContaining({ msg: 'connected', protocol: '3.1.1' }));
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
  await manager.event(
    'accepted',
    ({ type, deployment }) => type === 'document_accepted' && deployment === name,
  );
  await manager.publish(name, absent(name, 2));
  await manager.phase(name, 'removed', 2);
  expect(await world.engine.containersOf(name)).toEqual([]);

  await agent.kill();
  await manager.presence(false);
});

/** The example of contract §3, for a service of which there is an image here. */
function contractDocument(name: string, image: string, port: number): object {
  return {
    schema: 'holdfast.deployment/1',
    name,
    revision: 7,
    state: 'present',
    issued_at: '2026-11-22T10:00:00Z',
    services: {
      detector: {
        image,
        command: ['python3', 'hello.py'],
        environment: { LOG_LEVEL: 'info', GREETING: 'Good day' },
        deploy: { resources: { limits: { cpus: '0.5', memory: '256M', pids: 64 } } },
        restart: 'always',
        depends_on: { store: { condition: 'service_healthy' } },
        ports: [{ target: 8080, published: String(port), host_ip: '127.0.0.1', protocol: 'tcp' }],
        volumes: [{ type: 'volume', source: 'frames', target: '/data' }],
        healthcheck: {
          test: [
            'CMD',
            'python3',
            '-c',
            'import urllib.request as u; u.urlopen("http://127.0.0.1:8080/healthz")',
          ],
          interval: '1s',
          timeout: '5s',
          retries: 3,
          start_period: '20s',
        },
        probe: {
          http: { port: 8080, path: '/healthz' },
          interval: '10s',
          timeout: '2s',
          failures: 3,
          grace: '30s',
        },
      },
      store: { image, probe: { tcp: { port: 8080 } } },
    },
    volumes: { frames: {} },
    update: { strategy: 'stop-first', healthy_after: '1s', deadline: '1m', on_failure: 'rollback' },
    rollout: { percent: 100, salt: 'line-vision-7' },
  };
}

async function startAedes(): Promise<string> {
  const aedes = await Aedes.createBroker();
  const server = createServer(aedes.handle);
  const port = await listenOnLoopback(server);
  world.defer(async () => {
    await new Promise<void>((resolve) => aedes.close(resolve));
    server.close();
  });
  return `mqtt://127.0.0.1:${port}`;
}

/** Whether all of `expected` stand in `seen` in this order, with anything between. */
function expectInOrder<T extends Phase | string>(seen: readonly T[], expected: readonly T[]): void {
  let from = 0;
  const found = expected.filter((item) => {
    const at = seen.indexOf(item, from);
    from = at === -1 ? seen.length : at + 1;
    return at !== -1;
  });
  expect(found, `in ${seen.join(', ')}`).toEqual(expected);
}
