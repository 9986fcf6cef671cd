// Home Assistant on a whole device: what the broker retains for it, and what its button leads to.

import * as v from 'valibot';
import { describe, expect } from 'vitest';
import { StoreBlocked } from '../../../../agent/ports/store.ts';
import { absent, deployment } from '../../../fakes/deployments.ts';
import { programs } from '../../../fakes/engine/programs.ts';
import type { World } from '../../../fakes/world.ts';
import { deviceConfigSchema, updateStateSchema } from '../../home-assistant/documented.ts';
import { test } from '../../whole/world-test.ts';

const ON = { homeAssistant: 'homeassistant' };
const BELOW = 'homeassistant/device/holdfast/edge-01';
const HOUR_MS = 3_600_000;
const update = { healthy_after: '5s', deadline: '60s' };
/** Once a year, and not today. */
const window = { cron: '0 0 1 1 *', zone: 'UTC', length: '1m' };

const retained = (world: World): string[] =>
  [...world.broker.retained.keys()].filter((topic) => topic.startsWith('homeassistant/')).toSorted();
const published = (world: World) =>
  world.broker.taken.filter(({ topic }) => topic.startsWith('homeassistant/'));
const config = (world: World) =>
  v.parse(deviceConfigSchema, JSON.parse(world.broker.retained.get(`${BELOW}/config`) ?? 'null'));
const state = (world: World, name = 'line') =>
  v.parse(updateStateSchema, JSON.parse(world.broker.retained.get(`${BELOW}/${name}/state`) ?? 'null'));

async function converge(world: World, name = 'line', revision = 1): Promise<void> {
  world.startAgent();
  world.publish(deployment({ name, revision, update }));
  await world.untilPhase(name, 'converged', { revision });
  await world.run(1000);
}

async function waitAtWindow(world: World, revision: number, more = {}): Promise<void> {
  world.publish(deployment({ revision, update: { ...update, ...more, window } }));
  await world.untilPhase('line', 'waiting', { revision });
  await world.run(1000);
}

function press(world: World, payload = 'install', options = {}): void {
  world.broker.publish(`${BELOW}/line/install`, payload, options);
}

describe('what it is told', () => {
  test('is nothing unless the configuration asks for it', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    press(world);
    await world.run(HOUR_MS);
    expect(published(world)).toEqual([expect.objectContaining({ from: 'manager' })]);
    expect(world.disk.list('').filter((name) => name.includes('retained'))).toEqual([]);
  });

  test('is a device and an entity, as documented, and its way through an update', async ({ makeWorld }) => {
    const world = makeWorld(ON);
    await converge(world);
    expect(Object.keys(config(world).components)).toEqual(['line']);
    expect(state(world)).toMatchObject({ installed_version: '1', latest_version: '1', in_progress: false });
    world.publish(deployment({ revision: 2, update }));
    await world.untilPhase('line', 'converged', { revision: 2 });
    await world.run(1000);
    expect(state(world)).toMatchObject({ installed_version: '2', latest_version: '2', in_progress: false });
    const way = published(world).filter(({ topic }) => topic.endsWith('/state'));
    const states = way.map(({ payload }) => v.parse(updateStateSchema, JSON.parse(payload)));
    expect(states.some((one) => one.in_progress && one.installed_version === '1')).toBe(true);
  });

  test('is told once, and again at each connect', async ({ makeWorld }) => {
    const world = makeWorld(ON);
    await converge(world);
    const before = published(world).length;
    await world.run(12 * HOUR_MS);
    expect(published(world)).toHaveLength(before);
    world.broker.disconnect();
    await world.run(HOUR_MS);
    expect(published(world)).toHaveLength(before + 2);
  });

  test('is told anew to a broker that forgot', async ({ makeWorld }) => {
    const world = makeWorld(ON);
    await converge(world);
    const before = retained(world);
    world.broker.goDown({ isForgetful: true });
    world.broker.comeUp();
    await world.run(HOUR_MS);
    expect(retained(world)).toEqual(before);
  });
});

describe('what it is told is taken away', () => {
  test('with the deployment, which is named as gone until it is', async ({ makeWorld }) => {
    const world = makeWorld(ON);
    await converge(world);
    await converge(world, 'web');
    world.publish(absent(2, 'web'));
    await world.untilPhase('web', 'removed', { revision: 2 });
    await world.run(1000);
    expect(retained(world)).toEqual([`${BELOW}/config`, `${BELOW}/line/state`]);
    const components = world.broker.payloadsOf(`${BELOW}/config`).map((text) => JSON.parse(text).components);
    expect(components.some(({ web }) => JSON.stringify(web) === '{"platform":"update"}')).toBe(true);
    expect(Object.keys(config(world).components)).toEqual(['line']);
  });

  test('with the last deployment altogether', async ({ makeWorld }) => {
    const world = makeWorld(ON);
    await converge(world);
    world.publish(absent(2));
    await world.untilPhase('line', 'removed', { revision: 2 });
    await world.run(1000);
    expect(retained(world)).toEqual([]);
    await converge(world, 'line', 3);
    expect(retained(world)).toEqual([`${BELOW}/config`, `${BELOW}/line/state`]);
  });

  test('where the configuration does not ask for it any more', async ({ makeWorld }) => {
    const world = makeWorld(ON);
    await converge(world);
    world.homeAssistant = null;
    await world.restartAgent();
    await world.run(HOUR_MS);
    expect(retained(world)).toEqual([]);
    const before = published(world).length;
    world.broker.disconnect();
    await world.restartAgent();
    await world.run(HOUR_MS);
    expect(published(world)).toHaveLength(before);
  });

  test('where the configuration has another prefix since', async ({ makeWorld }) => {
    const world = makeWorld(ON);
    await converge(world);
    world.homeAssistant = 'other';
    await world.restartAgent();
    await world.run(HOUR_MS);
    expect(retained(world)).toEqual([]);
    expect(world.broker.retained.has('other/device/holdfast/edge-01/config')).toBe(true);
  });

  test('where the agent ended before it could', async ({ makeWorld }) => {
    const world = makeWorld(ON);
    await converge(world);
    await converge(world, 'web');
    world.broker.goDown();
    world.killAgent();
    world.startAgent();
    await world.run(HOUR_MS);
    world.homeAssistant = null;
    await world.restartAgent();
    await world.run(HOUR_MS);
    expect(retained(world)).toHaveLength(3);
    world.broker.comeUp();
    await world.run(HOUR_MS);
    expect(retained(world)).toEqual([]);
  });
});

describe('the button', () => {
  test('ends the wait for a window', async ({ makeWorld }) => {
    const world = makeWorld(ON);
    await converge(world);
    await waitAtWindow(world, 2);
    expect(state(world)).toMatchObject({ latest_version: '2', in_progress: false });
    expect(state(world).release_summary).toContain('waits for the update window');
    press(world);
    await world.untilPhase('line', 'converged', { revision: 2 });
  });

  test('ends no hold of a program', async ({ makeWorld }) => {
    const world = makeWorld(ON);
    await converge(world);
    await waitAtWindow(world, 2, { hold: true });
    world.host.held.add('line');
    await world.until(() => world.status('line')?.reason?.code === 'held', { what: 'the hold is told' });
    press(world);
    await world.run(HOUR_MS);
    expect(world.status('line')).toMatchObject({ phase: 'waiting', running: { revision: 1 } });
    world.host.held.clear();
    await world.run(HOUR_MS);
    expect(world.status('line')?.reason?.code).toBe('window');
  });

  test('tries again what was rolled back', async ({ makeWorld }) => {
    const world = makeWorld(ON);
    await converge(world);
    world.programs.set('registry.test/app:2', programs.crashesAtOnce);
    world.publish(deployment({ revision: 2, update }));
    await world.untilPhase('line', 'rolled_back', { revision: 2 });
    world.programs.set('registry.test/app:2', programs.healthy);
    press(world);
    await world.untilPhase('line', 'converged', { revision: 2 });
  });

  test.for([
    ['another text', 'INSTALL'],
    ['nothing', ''],
    ['a long one', 'x'.repeat(100_000)],
  ] as const)('takes no notice of %s', async ([, payload], { makeWorld }) => {
    const world = makeWorld(ON);
    await converge(world);
    await waitAtWindow(world, 2);
    press(world, payload);
    await world.run(HOUR_MS);
    expect(world.status('line')).toMatchObject({ phase: 'waiting', running: { revision: 1 } });
  });

  test('that somebody has retained counts for no update that comes later', async ({ makeWorld }) => {
    const world = makeWorld(ON);
    await converge(world);
    press(world, 'install', { retain: true });
    await waitAtWindow(world, 2);
    world.broker.disconnect();
    await world.run(HOUR_MS);
    expect(world.status('line')).toMatchObject({ phase: 'waiting', running: { revision: 1 } });
  });
});

describe('what goes wrong', () => {
  test('a broker that denies these topics gets the reports all the same, and is asked seldom', async ({
    makeWorld,
  }) => {
    const world = makeWorld(ON);
    let denied = 0;
    world.broker.denies = (topic) => {
      const isDenied = topic.startsWith('homeassistant/');
      if (isDenied) denied += 1;
      return isDenied;
    };
    await converge(world);
    await world.run(HOUR_MS);
    expect(published(world)).toEqual([]);
    expect(denied).toBeGreaterThan(0);
    expect(denied).toBeLessThan(200);
    await converge(world, 'web');
    world.broker.denies = () => false;
    await world.run(HOUR_MS);
    expect(retained(world)).toHaveLength(3);
  });

  test('a disk that takes nothing: what could not be noted is not told', async ({ makeWorld }) => {
    const world = makeWorld(ON);
    world.beforeWrite = (name) => {
      if (name === 'writeRetainedTopics') throw new StoreBlocked('no_space');
    };
    await converge(world);
    await world.run(HOUR_MS);
    expect(published(world)).toEqual([]);
    world.beforeWrite = null;
    await world.run(HOUR_MS);
    expect(retained(world)).toHaveLength(2);
  });

  test('many deployments that come and go leave nothing behind', async ({ makeWorld }) => {
    const world = makeWorld(ON);
    world.startAgent();
    const names = Array.from({ length: 12 }, (_, index) => `d${index}`);
    for (const name of names) world.publish(deployment({ name, revision: 1, update }));
    await world.until(() => retained(world).length === 13, { what: 'all are told' });
    for (const name of names) world.publish(absent(2, name));
    await world.until(() => retained(world).length === 0, { what: 'all are taken away' });
    for (const name of names) world.publish(deployment({ name: `${name}-b`, revision: 1, update }));
    const others = names.map((name) => `${name}-b`).toSorted();
    await world.until(() => retained(world).length === 13, { what: 'the others are told' });
    await world.run(60_000);
    expect(Object.keys(config(world).components).toSorted()).toEqual(others);
  });
});
