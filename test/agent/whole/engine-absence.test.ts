// An engine that is away for longer than the deadline: nobody looked, and no content is to blame.
import { describe, expect } from 'vitest';
import { deployment } from '../../fakes/deployments.ts';
import { programs } from '../../fakes/engine/programs.ts';
import type { World } from '../../fakes/world.ts';
import { test } from './world-test.ts';

const update = { healthy_after: '20s', deadline: '60s' };

async function updatingIn(world: World, phase: 'switching' | 'proving'): Promise<void> {
  world.programs.set('registry.test/app:1', programs.slowToStop(3000));
  world.startAgent();
  world.publish(deployment({ revision: 1 }));
  await world.untilPhase('line', 'converged', { revision: 1 });
  world.publish(deployment({ revision: 2, update }));
  await world.untilPhase('line', phase, { revision: 2 });
}

describe('an engine that is away for longer than the deadline', () => {
  test.for(['switching', 'proving'] as const)(
    'while a good update is %s keeps it from nothing',
    async (phase, { makeWorld }) => {
      const world = makeWorld();
      await updatingIn(world, phase);
      world.restartEngine({ downMs: 90_000 });
      await world.run(95_000);
      expect(world.store?.readRecord('line')?.attempt).toMatchObject({ resumes: 1 });
      await world.run(120_000);
      expect(world.status('line')).toMatchObject({ phase: 'converged', running: { revision: 2 } });
      expect(world.store?.readRecord('line')?.barred).toEqual([]);
    },
  );

  test('at the start of the agent is counted with that start', async ({ makeWorld }) => {
    const world = makeWorld();
    await updatingIn(world, 'proving');
    world.killAgent();
    world.restartEngine({ downMs: 90_000 });
    await world.run(95_000);
    expect(world.store?.readRecord('line')?.attempt).toMatchObject({ resumes: 1 });
    await world.untilPhase('line', 'converged', { revision: 2 });
  });

  test('again and again does not leave an update undecided for ever', async ({ makeWorld }) => {
    const world = makeWorld();
    await updatingIn(world, 'proving');
    for (let absences = 0; absences < 6; absences += 1) {
      world.restartEngine({ downMs: 20_000 });
      await world.run(30_000);
    }
    const status = await world.untilPhase('line', 'rolled_back', { revision: 2, maxMs: 60_000 });
    expect(status.reason).toMatchObject({ code: 'never_proven' });
    // Nothing shows that the content is to blame.
    await world.untilPhase('line', 'converged', { revision: 2, maxMs: 60 * 60_000 });
  });
});
