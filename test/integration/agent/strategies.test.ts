// How many instances run while a revision takes over from another, in each strategy, forward and back.
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Document, hello, PROBE, present, slowToStop } from '../support/documents.ts';
import { InstanceWatch } from '../support/instance-watch.ts';
import type { Manager } from '../support/manager.ts';
import { waitFor } from '../support/wait-for.ts';
import { World } from '../support/world.ts';

const images = inject('rig').images;
const V1 = images['hello:1.0.0'].reference;
const V2 = images['hello:1.1.0'].reference;
const NEVER_HEALTHY = hello(images['hello:broken'].reference, { probe: { ...PROBE, grace: '1s' } });
const CRASHING = hello(images['hello:crash'].reference, { environment: { CRASH_AFTER: '0.1' } });
const HEALTHY_AFTER_MS = 1000;
const TIMES = { healthy_after: '1s', deadline: '30s' } as const;
const STOP_FIRST: Document['update'] = { strategy: 'stop-first', ...TIMES };
const START_FIRST: Document['update'] = { strategy: 'start-first', ...TIMES };

let world: World;
let manager: Manager;
beforeAll(async () => {
  world = new World();
  ({ manager } = await world.start());
});
afterAll(() => world.close());

/** Revision 1, converged, watched from before its first container. */
async function begin(text: string, update: Document['update']) {
  const name = world.name(text);
  const watch = await InstanceWatch.begin(world.engine, name);
  world.defer(() => watch.close());
  await manager.publish(name, present(name, 1, { hello: slowToStop(V1) }, { update }));
  await manager.phase(name, 'converged', 1);
  return { name, watch, old: await world.engine.identity(name) };
}

async function untilOneIsLeft(name: string): Promise<void> {
  await waitFor('one container', async () => (await world.engine.containersOf(name)).length === 1);
}

// One agent carries them out at once, as a device does.
describe.concurrent('stop-first', () => {
  test.each([
    { what: 'to a good revision', key: 'good', service: hello(V2), end: 'converged' },
    { what: 'to one that crashes', key: 'crash', service: CRASHING, end: 'rolled_back' },
    { what: 'to one that is never healthy', key: 'sick', service: NEVER_HEALTHY, end: 'rolled_back' },
  ] as const)('$what never runs two instances', async ({ key, service, end }) => {
    const { name, watch } = await begin(`stop-${key}`, STOP_FIRST);
    await manager.publish(name, present(name, 2, { hello: service }, { update: STOP_FIRST }));
    await manager.phase(name, end, 2);
    await untilOneIsLeft(name);
    expect(watch.counts().length).toBeGreaterThan(2);
    expect(Math.max(...watch.counts())).toBe(1);
  });

  test('that is to keep what failed stays with it, tries it on, and takes the next revision', async () => {
    const update: Document['update'] = { ...STOP_FIRST, on_failure: 'keep' };
    const { name, old } = await begin('stop-keep', update);
    await manager.publish(name, present(name, 2, { hello: CRASHING }, { update }));
    const failed = await manager.phase(name, 'failed', 2);
    expect(failed.reason).toMatchObject({ code: 'exited', path: 'services.hello' });
    const restarts = failed.services.hello?.restarts ?? 0;
    await manager.status(name, 'another try', ({ services }) => (services.hello?.restarts ?? 0) > restarts);
    expect((await world.engine.inspect(old.id))?.State.Running ?? false).toBe(false);

    await manager.publish(name, present(name, 3, { hello: hello(V2) }, { update }));
    await manager.phase(name, 'converged', 3);
    await untilOneIsLeft(name);
  });
});

describe.concurrent('start-first', () => {
  test('to a good revision stops the old instance only once the new one is proven', async () => {
    const { name, watch, old } = await begin('start-good', START_FIRST);
    const from = watch.turns.length;
    await manager.publish(name, present(name, 2, { hello: hello(V2) }, { update: START_FIRST }));
    await manager.phase(name, 'converged', 2);
    await untilOneIsLeft(name);
    const { id } = await world.engine.identity(name);
    expect(Math.min(...watch.counts(from))).toBe(1);
    expect(watch.timeOf('die', old.id) - watch.timeOf('start', id)).toBeGreaterThan(HEALTHY_AFTER_MS);
  });

  test.each([
    { what: 'that crashes', key: 'crash', service: CRASHING, code: 'exited' },
    { what: 'that is never healthy', key: 'sick', service: NEVER_HEALTHY, code: 'unhealthy' },
  ])('to a revision $what lets the old instance run on, untouched', async ({ key, service, code }) => {
    const { name, watch, old } = await begin(`start-${key}`, START_FIRST);
    await manager.publish(name, present(name, 2, { hello: service }, { update: START_FIRST }));
    const status = await manager.phase(name, 'rolled_back', 2);
    expect(status).toMatchObject({ running: { revision: 1 }, reason: { code, path: 'services.hello' } });
    await untilOneIsLeft(name);
    expect(Math.max(...watch.counts())).toBe(2);
    expect(await world.engine.identity(name)).toEqual(old);
  });
});
