// A device's own document over its group's, and its end.
import { describe, expect } from 'vitest';
import type { Addressee } from '../../../protocol/topics.ts';
import { absent, deployment, inherit } from '../../fakes/deployments.ts';
import { watchStarts } from '../../fakes/watches.ts';
import { test } from './world-test.ts';

const berlin: Addressee = { kind: 'group', group: 'berlin' };
/** Of a number that tells it from the device's own. */
const ofGroup = deployment({ revision: 7 });

describe("a device's own document that ends", () => {
  test("leaves the group's followed, also after a restart, and its new ones too", async ({ makeWorld }) => {
    const world = makeWorld();
    world.startAgent();
    world.publish(ofGroup, berlin);
    await world.untilPhase('line', 'converged', { revision: 7 });
    world.publish(deployment({ revision: 1 }));
    expect(await world.untilPhase('line', 'converged', { revision: 1 })).toMatchObject({ source: 'device' });
    world.publish(inherit(2));
    const back = await world.untilPhase('line', 'converged', { revision: 7 });
    expect(back).toMatchObject({ source: 'groups/berlin' });
    await world.restartAgent();
    world.publish(deployment({ revision: 8 }), berlin);
    await world.untilPhase('line', 'converged', { revision: 8 });
  });

  test('of the same content restarts nothing', async ({ makeWorld }) => {
    const world = makeWorld();
    world.startAgent();
    world.publish(ofGroup, berlin);
    await world.untilPhase('line', 'converged', { revision: 7 });
    world.publish(deployment({ revision: 1, services: ofGroup.services }));
    await world.untilPhase('line', 'converged', { revision: 1 });
    const starts = watchStarts(world);
    world.publish(inherit(2));
    await world.untilPhase('line', 'converged', { revision: 7 });
    expect(starts).toEqual([]);
  });

  test("brings back what the device's own absent kept off", async ({ makeWorld }) => {
    const world = makeWorld();
    world.startAgent();
    world.publish(ofGroup, berlin);
    await world.untilPhase('line', 'converged', { revision: 7 });
    world.publish(absent(1));
    await world.untilPhase('line', 'removed', { revision: 1 });
    world.publish(inherit(2));
    await world.untilPhase('line', 'converged', { revision: 7 });
  });

  test('keeps running what runs where no group has one, and says why', async ({ makeWorld }) => {
    const world = makeWorld();
    world.startAgent();
    world.publish(deployment({ revision: 1 }));
    await world.untilPhase('line', 'converged', { revision: 1 });
    const starts = watchStarts(world);
    world.publish(inherit(2));
    const status = await world.untilPhase('line', 'converged', { revision: 2 });
    expect(status).toMatchObject({
      ...{ source: 'device', running: { revision: 1 } },
      reason: { code: 'nothing_to_inherit' },
    });
    expect(starts).toEqual([]);
    for (const container of world.up('line')) container.crash(1);
    await world.run(60_000);
    expect(world.up('line')).toHaveLength(1);
    world.publish(ofGroup, berlin);
    await world.untilPhase('line', 'converged', { revision: 7 });
    expect(world.status('line')?.reason).toBeNull();
  });

  test("takes nothing down after a lost store until the group's document has come, and then restarts nothing", async ({
    makeWorld,
  }) => {
    const world = makeWorld();
    world.startAgent();
    world.publish(inherit(1));
    world.publish(ofGroup, berlin);
    await world.untilPhase('line', 'converged', { revision: 7 });
    world.killAgent();
    for (const name of world.disk.list('')) world.disk.remove(name);
    for (const topic of world.broker.retained.keys())
      if (topic.includes('/groups/')) world.broker.retained.delete(topic);
    const starts = watchStarts(world);
    const before = world.up('line').map(({ id }) => id);
    expect(before).toHaveLength(1);
    await world.run(5 * 60_000);
    expect(world.status('line')).toMatchObject({ phase: 'waiting', reason: { code: 'nothing_to_inherit' } });
    world.publish(ofGroup, berlin);
    await world.untilPhase('line', 'converged', { revision: 7 });
    expect(world.up('line').map(({ id }) => id)).toEqual(before);
    expect(starts).toEqual([]);
  });

  test('stays ended: what was published before it is stale', async ({ makeWorld }) => {
    const world = makeWorld();
    world.startAgent();
    world.publish(ofGroup, berlin);
    world.publish(inherit(5));
    await world.untilPhase('line', 'converged', { revision: 7 });
    world.publish(deployment({ revision: 4 }));
    await world.until(() => world.status('line')?.refused?.code === 'stale');
    expect(world.status('line')).toMatchObject({ source: 'groups/berlin', desired: { revision: 7 } });
    world.publish(deployment({ revision: 6 }));
    await world.untilPhase('line', 'converged', { revision: 6 });
  });
});
