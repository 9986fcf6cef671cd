// A document from a file, on a device that the fleet may manage too.
import { describe, expect } from 'vitest';
import { deployment, inherit, PROBE } from '../../fakes/deployments.ts';
import { test } from './world-test.ts';

const OTHER = { app: { image: 'registry.test/other:1', probe: PROBE } };

describe('a document from a file', () => {
  test('converges, is told as local, and is still so after a power cut', async ({ makeWorld }) => {
    const world = makeWorld();
    world.startAgent();
    expect(await world.apply(deployment({ revision: 1 }))).toMatchObject({ kind: 'accepted' });
    await world.untilPhase('line', 'converged', { revision: 1 });
    expect(world.status('line')).toMatchObject({ source: 'device', origin: 'local' });
    expect(world.toldEvents()).toContainEqual(
      expect.objectContaining({ type: 'document_accepted', origin: 'local', revision: 1 }),
    );
    world.killAgent();
    await world.run(60_000);
    expect(world.status('line')).toMatchObject({ phase: 'converged', origin: 'local' });
    expect(world.daemon.of('line', 'app').map(({ runs }) => runs)).toEqual([1]);
  });

  test('gives way to a later one of the fleet, which is not told as local', async ({ makeWorld }) => {
    const world = makeWorld();
    world.startAgent();
    await world.apply(deployment({ revision: 1 }));
    await world.untilPhase('line', 'converged', { revision: 1 });
    world.publish(deployment({ revision: 2, services: OTHER }));
    await world.untilPhase('line', 'converged', { revision: 2 });
    expect(world.status('line')).not.toHaveProperty('origin');
  });

  test('hides the group’s until one says inherit', async ({ makeWorld }) => {
    const world = makeWorld({ groups: ['berlin'] });
    world.startAgent();
    world.publish(deployment({ revision: 9 }), { kind: 'group', group: 'berlin' });
    await world.untilPhase('line', 'converged', { revision: 9 });
    await world.apply(deployment({ revision: 1, services: OTHER }));
    await world.untilPhase('line', 'converged', { revision: 1 });
    await world.apply(inherit(2));
    await world.untilPhase('line', 'converged', { revision: 9 });
    expect(world.status('line')).toMatchObject({ source: 'groups/berlin' });
  });

  test('that says absent removes it', async ({ makeWorld }) => {
    const world = makeWorld();
    world.startAgent();
    await world.apply(deployment({ revision: 1 }));
    await world.untilPhase('line', 'converged', { revision: 1 });
    await world.apply({ schema: 'holdfast.deployment/1', name: 'line', state: 'absent' });
    await world.untilPhase('line', 'removed');
    expect(world.daemon.of('line', 'app')).toEqual([]);
  });
});
