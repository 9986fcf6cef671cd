// Agent and engine end together, as at a bad update of the machine, and come back: what runs is taken over as it is.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, inject, test } from 'vitest';
import { startEngine } from '../../../scripts/rig/engine.ts';
import type { PrivateEngine } from '../../../scripts/rig/private-engine.ts';
import { hello, present } from '../support/documents.ts';
import type { Manager } from '../support/manager.ts';
import { World } from '../support/world.ts';

const V1 = inject('rig').images['hello:1.0.0'].reference;

test('an agent that comes back with its engine, or before it, takes over every container with no new start', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'hf-it-engine-'));
  const engine = await startEngine({ dir, liveRestore: true });
  const world = new World({ engineSocket: engine.socketPath });
  try {
    await comesBack(world, engine);
  } finally {
    // Everything that the world made must go before its engine does.
    await world.close().finally(() => engine.remove());
  }
});

async function comesBack(world: World, engine: PrivateEngine): Promise<void> {
  const { manager, agent: first } = await world.start();
  let agent = first;
  const name = world.name('web');
  await manager.publish(name, present(name, 1, { hello: hello(V1), other: hello(V1) }));
  await manager.phase(name, 'converged', 1);
  const identities = async () => [
    await world.engine.identity(name),
    await world.engine.identity(name, 'other'),
  ];
  const before = await identities();
  const startAgent = async () => {
    agent = await world.agent();
  };
  const startBoth = {
    'the engine first': [() => engine.start(), startAgent],
    'the agent first': [startAgent, () => engine.start()],
  };
  for (const [order, starts] of Object.entries(startBoth)) {
    await agent.kill();
    await engine.kill();
    for (const start of starts) await start();
    await aRoundHasPassed(world, manager, order.replaceAll(' ', '-'));
    expect(await identities(), order).toEqual(before);
    expect(manager.latest(name), order).toMatchObject({ phase: 'converged' });
    const steps = agent.log.filter(({ step, deployment }) => step !== undefined && deployment === name);
    expect(steps, order).toEqual([]);
  }
}

/** The loop of every deployment has had its turn once a change that came after the start is done. */
async function aRoundHasPassed(world: World, manager: Manager, mark: string): Promise<void> {
  const beside = world.name(mark);
  await manager.publish(beside, present(beside, 1, { hello: hello(V1) }));
  await manager.phase(beside, 'converged', 1);
}
