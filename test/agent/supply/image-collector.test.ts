// Images on a whole device: what the agent pulled goes once nobody needs it, and nothing else does.
import { describe, expect } from 'vitest';
import { absent, deployment } from '../../fakes/deployments.ts';
import type { World } from '../../fakes/world.ts';
import { test } from '../whole/world-test.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** The grace, and the looks before and after it. */
const GRACE_MS = HOUR_MS + 21 * MINUTE_MS;

function app(version: number): string {
  return `registry.test/app:${version}`;
}

async function converge(world: World, revision: number): Promise<void> {
  world.publish(deployment({ revision }));
  await world.untilPhase('line', 'converged', { revision });
}

function isHere(world: World, image: string): boolean {
  return world.daemon.images.find(image) !== null;
}

/** References of the images that were told as removed. */
async function removed(world: World): Promise<unknown[]> {
  await world.run(MINUTE_MS);
  const events = world.toldEvents().filter(({ type }) => type === 'image_removed');
  return events.map(({ reference }) => reference);
}

describe('of the images that were pulled', () => {
  test('the current and the one before stay, and an older one goes after the grace', async ({
    makeWorld,
  }) => {
    const world = makeWorld();
    world.startAgent();
    for (const revision of [1, 2, 3]) await converge(world, revision);
    await world.run(HOUR_MS - MINUTE_MS);
    expect(isHere(world, app(1))).toBe(true);
    await world.run(3 * HOUR_MS);
    expect([1, 2, 3].map((version) => isHere(world, app(version)))).toEqual([false, true, true]);
    expect(await removed(world)).toEqual([app(1)]);
    const event = world.toldEvents().find(({ type }) => type === 'image_removed');
    expect(event).toMatchObject({ reference: app(1), bytes: 20_000_000 });
  });

  test('one that is wanted again within the grace stays', async ({ makeWorld }) => {
    const world = makeWorld();
    world.startAgent();
    for (const revision of [1, 2, 3]) await converge(world, revision);
    await world.run(HOUR_MS / 2);
    const services = { app: { image: app(1) } };
    world.publish(deployment({ revision: 1, name: 'other', services }));
    await world.untilPhase('other', 'converged');
    await world.run(3 * HOUR_MS);
    expect(isHere(world, app(1))).toBe(true);
    expect(world.registry.pulls.get(app(1))).toBe(1);
  });

  test("one that a group's document names stays though the device's own counts", async ({ makeWorld }) => {
    const world = makeWorld();
    world.startAgent();
    world.publish(deployment({ revision: 9 }), { kind: 'group', group: 'berlin' });
    await world.untilPhase('line', 'converged', { revision: 9 });
    for (const revision of [1, 2]) await converge(world, revision);
    await world.run(3 * HOUR_MS);
    expect(isHere(world, app(9))).toBe(true);
  });

  test("all of a removed deployment's go", async ({ makeWorld }) => {
    const world = makeWorld();
    world.startAgent();
    for (const revision of [1, 2]) await converge(world, revision);
    world.publish(absent(3));
    await world.untilPhase('line', 'removed');
    await world.run(GRACE_MS);
    expect([1, 2].map((version) => isHere(world, app(version)))).toEqual([false, false]);
  });

  test('one whose tag moved on goes by its id', async ({ makeWorld }) => {
    const world = makeWorld();
    world.startAgent();
    const first = world.registry.push(app(1));
    await converge(world, 1);
    const second = world.registry.push(app(1));
    const services = { app: { image: app(1), pull_policy: 'always', environment: { LOG_LEVEL: 'debug' } } };
    world.publish(deployment({ revision: 2, services }));
    await world.untilPhase('line', 'converged', { revision: 2 });
    expect(world.daemon.images.ids).toEqual(new Set([first.id, second.id]));
    await world.run(GRACE_MS);
    expect(world.daemon.images.ids).toEqual(new Set([second.id]));
  });
});

describe('never removed is', () => {
  test('an image that was here before', async ({ makeWorld }) => {
    const world = makeWorld();
    world.daemon.images.load(app(1), 'amd64');
    world.startAgent();
    for (const revision of [1, 2, 3]) await converge(world, revision);
    await world.run(3 * HOUR_MS);
    expect(isHere(world, app(1))).toBe(true);
    expect(await removed(world)).toEqual([]);
  });

  test('an image that was brought by hand while its pull failed', async ({ makeWorld }) => {
    const world = makeWorld();
    world.startAgent();
    world.registry.push(app(1));
    for (let left = 3; left > 0; left -= 1)
      world.registry.failNext(app(1), { code: 'registry_unreachable', afterShare: 0.5 });
    world.publish(deployment({ revision: 1 }));
    await world.until(() => world.registry.pulls.get(app(1)) === 2);
    world.daemon.images.load(app(1), 'amd64');
    await world.untilPhase('line', 'converged', { revision: 1 });
    for (const revision of [2, 3]) await converge(world, revision);
    await world.run(3 * HOUR_MS);
    expect(isHere(world, app(1))).toBe(true);
  });

  test("an image whose tag somebody else's pull moved", async ({ makeWorld }) => {
    const world = makeWorld();
    world.startAgent();
    const ours = world.registry.push(app(1));
    for (const revision of [1, 2, 3]) await converge(world, revision);
    const theirs = world.registry.push(app(1));
    world.daemon.images.load(app(1), 'amd64');
    await world.run(GRACE_MS);
    expect(world.daemon.images.ids).not.toContain(ours.id);
    expect(world.daemon.images.find(app(1))?.id).toBe(theirs.id);
  });
});

describe('the note of a pull', () => {
  test('survives a crash right after the image came', async ({ makeWorld }) => {
    const world = makeWorld();
    let isArmed = true;
    world.beforeWrite = (name) => {
      if (name !== 'endPull' || !isArmed) return;
      isArmed = false;
      world.killAgent();
      throw new Error('killed before the note');
    };
    world.startAgent();
    for (const revision of [1, 2, 3]) await converge(world, revision);
    expect(isArmed).toBe(false);
    expect(world.registry.pulls.get(app(1))).toBe(1);
    await world.run(3 * HOUR_MS);
    expect(await removed(world)).toEqual([app(1)]);
  });

  test('is dropped after a crash in the middle, so that what comes by hand then stays', async ({
    makeWorld,
  }) => {
    const world = makeWorld();
    world.startAgent();
    world.registry.push(app(1), { sizeBytes: 1e9 });
    world.publish(deployment({ revision: 1 }));
    await world.until(() => (world.status('line')?.services.app?.progress?.current_bytes ?? 0) > 0);
    world.registry.isReachable = false;
    world.killAgent();
    await world.until(() => world.isAgentUp);
    await world.run(MINUTE_MS);
    world.daemon.images.load(app(1), 'amd64');
    world.registry.isReachable = true;
    await world.untilPhase('line', 'converged', { revision: 1 });
    for (const revision of [2, 3]) await converge(world, revision);
    await world.run(3 * HOUR_MS);
    expect(isHere(world, app(1))).toBe(true);
  });
});

describe('the grace', () => {
  test('counts the time that the agent runs, across its restarts, whatever the clock says', async ({
    makeWorld,
  }) => {
    const world = makeWorld();
    world.startAgent();
    for (const revision of [1, 2, 3]) await converge(world, revision);
    await world.run(35 * MINUTE_MS);
    world.clock.setWallTime('2036-01-01T00:00:00.000Z');
    world.powerCut(48 * HOUR_MS);
    await world.run(48 * HOUR_MS + 15 * MINUTE_MS);
    expect(isHere(world, app(1))).toBe(true);
    await world.run(HOUR_MS);
    expect(isHere(world, app(1))).toBe(false);
  });
});

describe('a removal that fails', () => {
  test('is logged once, tried again, and stops nothing', async ({ makeWorld }) => {
    const world = makeWorld();
    world.startAgent();
    world.faults.plan('removeImage', 'fail', 10);
    for (const revision of [1, 2, 3]) await converge(world, revision);
    await world.run(GRACE_MS + 60 * MINUTE_MS);
    expect(isHere(world, app(1))).toBe(true);
    expect(world.trace.filter((line) => line.includes('image not removed'))).toHaveLength(1);
    expect(world.status('line')?.phase).toBe('converged');
    await world.run(3 * HOUR_MS);
    expect(await removed(world)).toEqual([app(1)]);
  });

  test('for want of an engine is tried again', async ({ makeWorld }) => {
    const world = makeWorld();
    world.startAgent();
    for (const revision of [1, 2, 3]) await converge(world, revision);
    world.faults.plan('imagesInUse', 'unavailable', 3);
    world.faults.plan('removeImage', 'unavailable', 3);
    await world.run(3 * HOUR_MS);
    expect(isHere(world, app(1))).toBe(false);
  });
});
