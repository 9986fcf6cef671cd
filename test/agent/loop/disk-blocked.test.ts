// The disk of the store takes nothing more, though it has room: it has turned read-only, or fails. As with a full one
// what runs goes on, it is told, and all comes to a good end with no restart of the agent.
import { describe, expect } from 'vitest';
import { deployment } from '../../fakes/deployments.ts';
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
