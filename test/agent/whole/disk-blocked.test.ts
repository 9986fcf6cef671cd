// The disk of the store takes nothing more, though it has room: it has turned read-only, or fails. As with a full one
// what runs goes on, it is told, and all comes to a good end with no restart of the agent.
import { describe, expect } from 'vitest';
import { deployment } from '../../fakes/deployments.ts';
import { programs } from '../../fakes/engine/programs.ts';
import type { World } from '../../fakes/world.ts';
import { test } from './world-test.ts';

const MINUTE_MS = 60_000;

function livesOf(world: World): number {
  return world.trace.filter((line) => line.endsWith('agent: starts')).length;
}

describe.each([
  ['EROFS', 'data_dir_read_only'],
  ['EIO', 'data_dir_io_error'],
] as const)('on a disk that answers %s', (errno, code) => {
  test('a document is refused, and taken once the disk takes it', async ({ makeWorld }) => {
    const world = makeWorld();
    world.startAgent();
    world.publish(deployment({ revision: 1 }));
    await world.untilPhase('line', 'converged', { revision: 1 });
    world.disk.blockedBy = errno;
    world.publish(deployment({ revision: 2 }));
    await world.until(() => world.status('line')?.refused?.code === code, { what: 'refused' });
    await world.run(10 * MINUTE_MS);
    expect(world.up('line').map(({ spec }) => spec.revision)).toEqual([1]);
    world.disk.blockedBy = null;
    await world.untilPhase('line', 'converged', { revision: 2 });
    expect(livesOf(world)).toBe(1);
  });

  test('a service that waits for its next try is tried when that comes, whatever another does', async ({
    makeWorld,
  }) => {
    const world = makeWorld();
    const services = { app: { image: 'registry.test/app:1' }, other: { image: 'registry.test/other:1' } };
    world.startAgent();
    world.publish(deployment({ revision: 1, services }));
    await world.untilPhase('line', 'converged', { revision: 1 });
    world.programs.set('registry.test/app:1', programs.crashesAtOnce);
    world.up('line', 'app')[0]?.kill();
    const restarts = (): number => world.status('line')?.services.app?.restarts ?? 0;
    const isHeldBack = (): boolean => restarts() >= 6 && world.up('line', 'app').length === 0;
    await world.until(isHeldBack, { what: 'held back' });
    world.programs.set('registry.test/app:1', programs.healthy);
    world.disk.blockedBy = errno;
    // The engine starts it again, and the agent cannot note it.
    world.up('line', 'other')[0]?.kill();
    await world.until(() => world.up('line', 'app').length === 1, { what: 'it is started' });
    expect(world.up('line', 'app')).toMatchObject([{ state: 'running' }]);
  });

  test.for(['pulling', 'switching', 'proving'] as const)(
    'an update that is %s waits, is told, and goes on',
    async (phase, { makeWorld }) => {
      const world = makeWorld();
      world.startAgent();
      world.publish(deployment({ revision: 1 }));
      await world.untilPhase('line', 'converged', { revision: 1 });
      world.publish(deployment({ revision: 2 }));
      await world.untilPhase('line', phase, { revision: 2 });
      world.disk.blockedBy = errno;
      await world.until(() => world.status('line')?.reason?.code === code, { what: code });
      await world.run(30 * MINUTE_MS);
      expect(world.up('line')).toHaveLength(1);
      world.disk.blockedBy = null;
      await world.until(() => world.status('line')?.phase === 'converged', { what: 'converged' });
      expect(livesOf(world)).toBe(1);
    },
  );
});
