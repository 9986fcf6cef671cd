// Restarts of the agent and of the engine: what matches is not restarted, what is down comes up.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { startEngine } from '../../../scripts/rig/engine.ts';
import type { AgentProcess } from '../support/agent-process.ts';
import { hello, present } from '../support/documents.ts';
import type { Manager } from '../support/manager.ts';
import { identityOf } from '../support/test-engine.ts';
import { waitFor } from '../support/wait-for.ts';
import { World } from '../support/world.ts';

const V1 = inject('rig').images['hello:1.0.0'].reference;

let world: World;
let manager: Manager;

async function begin(options: ConstructorParameters<typeof World>[0] = {}): Promise<void> {
  world = new World(options);
  await world.mosquitto();
  manager = await world.manager();
}

/** Two services, both converged. */
async function deployTwo(name: string): Promise<void> {
  await manager.publish(name, present(name, 1, { hello: hello(V1), other: hello(V1) }));
  await manager.phase(name, 'converged', 1);
}

async function identities(name: string) {
  return { hello: await world.engine.identity(name), other: await world.engine.identity(name, 'other') };
}

describe('a restart of the agent', () => {
  beforeEach(() => begin());
  afterEach(() => world.close());

  test.each([
    { how: 'SIGTERM', end: async (agent: AgentProcess) => expect(await agent.stop()).toBe(0) },
    { how: 'kill -9', end: (agent: AgentProcess) => agent.kill() },
  ])('by $how restarts nothing that matches', async ({ end }) => {
    const agent = await world.agent();
    const name = world.name('web');
    await deployTwo(name);
    const before = await identities(name);

    await end(agent);
    await manager.presence(false);
    expect(await identities(name)).toEqual(before);
    const again = await world.agent();
    await manager.presence(true);
    await manager.event('the second start', ({ type, seq }) => type === 'agent_started' && seq > 2);
    // A round of the loop has passed once a change that comes after the start is done.
    const beside = world.name('beside');
    await manager.publish(beside, present(beside, 1, { hello: hello(V1) }));
    await manager.phase(beside, 'converged', 1);
    expect(await identities(name)).toEqual(before);
    expect(manager.latest(name)).toMatchObject({ phase: 'converged' });
    expect(again.log.filter(({ step, deployment }) => step !== undefined && deployment === name)).toEqual([]);
  });

  test('starts what was stopped while it was away', async () => {
    const agent = await world.agent();
    const name = world.name('web');
    await deployTwo(name);
    const before = await identities(name);
    await agent.stop();
    await world.engine.docker.getContainer(before.hello.id).stop({ t: 2 });
    await world.agent();
    const again = await world.engine.untilRunning(name);
    expect(again.Id).toBe(before.hello.id);
    expect((await identities(name)).other).toEqual(before.other);
    await manager.status(name, 'healthy', ({ phase, services }) => {
      return phase === 'converged' && services.hello?.health === 'healthy';
    });
  });
});

describe('the engine', () => {
  afterEach(() => world.close());

  test('restarted or killed, brings all up again in the same containers', async () => {
    const engine = await startEngine({ dir: mkdtempSync(path.join(tmpdir(), 'hf-it-engine-')) });
    try {
      await begin({ engineSocket: engine.socketPath });
      const agent = await world.agent();
      const name = world.name('web');
      await deployTwo(name);
      const before = await identities(name);
      for (const end of [() => engine.stop(), () => engine.kill()]) {
        await end();
        await engine.start();
        for (const service of ['hello', 'other'] as const) {
          const again = await world.engine.untilRunning(name, () => true, service);
          expect(again.Id).toBe(before[service].id);
        }
        await manager.status(name, 'all healthy', ({ phase, services }) => {
          const all = Object.values(services);
          return phase === 'converged' && all.every(({ health }) => health === 'healthy');
        });
        expect(await world.engine.containersOf(name)).toHaveLength(2);
      }
      // What an engine starts while it ends it forgets, and a mount of it stays behind.
      expect(agent.log.filter(({ step, code }) => step !== undefined && code !== undefined)).toEqual([]);
      // Everything that the world made must go before its engine does.
      await world.close();
    } finally {
      await engine.remove();
    }
    world = new World();
  });

  test('away when the agent starts: it connects, says so, and goes on when the engine comes', async () => {
    await begin();
    const socket = `${world.dir}/engine.sock`;
    await world.agent({ engineSocket: socket });
    await manager.presence(true);
    await waitFor('a device state', () => manager.states.at(-1), { lastSeen: () => manager.states });
    expect(manager.states.at(-1)?.engine).toBe(null);
    const name = world.name('web');
    await manager.publish(name, present(name, 1, { hello: hello(V1) }));
    await manager.event('accepted', ({ type }) => type === 'document_accepted');

    await world.forwardEngine(socket);
    await manager.phase(name, 'converged', 1);
    await waitFor('the engine in the device state', () => manager.states.at(-1)?.engine?.name === 'docker', {
      lastSeen: () => manager.states.at(-1),
    });
    expect(identityOf(await world.engine.running(name)).id).toBeDefined();
  });
});
