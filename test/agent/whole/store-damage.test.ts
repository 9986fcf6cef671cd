// A device whose database rots while it runs or is dark: what runs goes on, nothing that was rolled back comes
// back, and the recovery is told.
import { expect } from 'vitest';
import { deployment } from '../../fakes/deployments.ts';
import { programs } from '../../fakes/engine/programs.ts';
import { fork } from '../../fakes/random.ts';
import type { World } from '../../fakes/world.ts';
import { test } from './world-test.ts';

/** Revision 1 runs, 2 was rolled back. */
async function rollBack(world: World): Promise<void> {
  world.startAgent();
  world.publish(deployment({ revision: 1 }));
  await world.untilPhase('line', 'converged', { revision: 1 });
  world.programs.set('registry.test/app:2', programs.crashesAtOnce);
  world.publish(deployment({ revision: 2 }));
  await world.untilPhase('line', 'rolled_back', { revision: 2 });
  await world.run(60_000);
}

/** Bits of both files, as many as leave no doubt. */
function rot(world: World, seed: number): void {
  const random = fork(seed, 'rot');
  for (const path of world.disk.list('/holdfast.db'))
    world.disk.rot(path, (bytes) => {
      for (let n = 0; n < 64 && bytes.length > 0; n += 1) {
        const at = Math.floor(random() * bytes.length);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
      }
      return bytes;
    });
}

test('a database that rotted is built anew: what runs is left alone, and what was barred stays so', {
  timeout: 60_000,
}, async ({ makeWorld }) => {
  let recoveries = 0;
  for (let seed = 1; seed <= 20; seed += 1) {
    const world = makeWorld({ seed });
    await rollBack(world);
    const lastSeq = world.toldStatuses('line').at(-1)?.seq ?? 0;
    const [before] = world.up('line').map(({ id, startedAt }) => ({ id, startedAt }));
    const created = world.daemon.of('line').length;
    world.killAgent();
    rot(world, seed);
    await world.run(5 * 60_000);
    expect(world.up('line').map(({ id, startedAt }) => ({ id, startedAt }))).toEqual([before]);
    expect(world.daemon.of('line')).toHaveLength(created);
    expect(world.status('line')).toMatchObject({ phase: 'rolled_back', running: { revision: 1 } });
    const [recovered] = world.toldEvents().filter(({ type }) => type === 'store_recovered');
    if (recovered !== undefined) {
      recoveries += 1;
      expect(world.status('line')?.seq).toBeGreaterThan(lastSeq);
    }
    world.publish(deployment({ revision: 3 }));
    await world.untilPhase('line', 'converged', { revision: 3 });
    world.close();
  }
  expect(recoveries).toBeGreaterThan(10);
});

test('damage that shows up while the agent runs costs one restart of the agent', async ({ makeWorld }) => {
  const world = makeWorld();
  await rollBack(world);
  const before = world.up('line').map(({ id }) => id);
  world.database?.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  world.database?.exec('PRAGMA shrink_memory');
  world.disk.rot('/holdfast.db', (bytes) => bytes.fill(0xff, 1024));
  world.publish(deployment({ revision: 3 }));
  await world.untilPhase('line', 'converged', { revision: 3 });
  expect(world.toldEvents().map(({ type }) => type)).toContain('store_recovered');
  expect(before).toHaveLength(1);
  expect(world.fatal.length).toBeLessThanOrEqual(1);
  world.fatal.splice(0);
});

test.for([
  ['removed', 'missing', (world: World) => world.disk.remove('/holdfast.db')],
  [
    'replaced by an old copy of it',
    'damaged',
    (world: World) => {
      const copy = world.disk.read('/holdfast.db', 0, world.disk.size('/holdfast.db')).slice();
      world.disk.remove('/holdfast.db');
      world.disk.create('/holdfast.db');
      world.disk.write('/holdfast.db', 0, copy);
      world.disk.sync('/holdfast.db');
    },
  ],
] as const)(
  'a database that is %s while the agent runs costs one restart of the agent',
  async ([, code, act], { makeWorld }) => {
    const world = makeWorld();
    await rollBack(world);
    const before = world.up('line').map(({ id }) => id);
    act(world);
    const recovered = () => world.toldEvents().filter(({ type }) => type === 'store_recovered');
    await world.until(() => recovered().length > 0, { what: 'it is told' });
    await world.run(60_000);
    expect(recovered()).toMatchObject([{ code, deployments: ['line'] }]);
    expect(world.status('line')).toMatchObject({ phase: 'rolled_back', desired: { revision: 2 } });
    expect(world.up('line').map(({ id }) => id)).toEqual(before);
    const numbers = world.toldEvents().map(({ seq }) => seq);
    expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
    expect(world.fatal).toMatchObject([{ message: expect.stringContaining('while the agent ran') }]);
    world.fatal.splice(0);
    await world.run(10 * 60_000);
    expect(world.recoveries).toBe(1);
  },
);

test('a pause is known after a database that rotted, and so is its end', async ({ makeWorld }) => {
  for (let seed = 1; seed <= 4; seed += 1) {
    const world = makeWorld({ seed });
    await rollBack(world);
    const { signal } = new AbortController();
    await world.agent.operations.pause.ask({ for: '2h', reason: 'the camera is replaced' }, signal);
    world.killAgent();
    rot(world, seed);
    await world.run(5 * 60_000);
    expect(world.status('line')).toMatchObject({ pause: { reason: 'the camera is replaced' } });
    await world.agent.operations.resume.ask({}, signal);
    world.killAgent();
    rot(world, seed + 100);
    await world.run(5 * 60_000);
    expect(world.status('line')).not.toHaveProperty('pause');
    world.close();
  }
});
