// A pause on a whole device: nothing is done while it lasts, save what was under way, and it ends by itself.
import { describe, expect } from 'vitest';
import type { Asker } from '../../../agent/model/pause.ts';
import { StoreBlocked } from '../../../agent/ports/store.ts';
import { absent, deployment, PROBE } from '../../fakes/deployments.ts';
import { programs } from '../../fakes/engine/programs.ts';
import type { World } from '../../fakes/world.ts';
import { test } from './world-test.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const REASON = 'the camera is replaced';

async function converge(world: World): Promise<void> {
  world.startAgent();
  world.publish(deployment({ revision: 1 }));
  await world.untilPhase('line', 'converged', { revision: 1 });
}

function pause(world: World, { length = '2h', reason = REASON, by = 'device' as Asker } = {}) {
  const args = { deployment: 'line', for: length, reason };
  return world.agent.operations.pause.ask(args, new AbortController().signal, by);
}

function resume(world: World) {
  return world.agent.operations.resume.ask({ deployment: 'line' }, new AbortController().signal);
}

/** What is done to containers from now on, in the world's time. */
function watchEngine(world: World): string[] {
  const done: string[] = [];
  world.daemon.witnesses.push((event, { spec }) => void done.push(`${event} r${spec.revision}`));
  return done;
}

function told(world: World, ...kinds: string[]) {
  return world.toldEvents().filter(({ type }) => kinds.includes(type));
}

describe('while a deployment is paused', () => {
  test('a container that dies stays down and is told, and comes back at the end by itself', async ({
    makeWorld,
  }) => {
    const world = makeWorld();
    await converge(world);
    const until = new Date(world.clock.wallTime().getTime() + 2 * HOUR_MS).toISOString();
    expect(await pause(world)).toEqual({
      kind: 'done',
      answer: { paused: [{ deployment: 'line', until }], for_ms: 2 * HOUR_MS, reason: REASON },
    });
    await world.run(1000);
    expect(world.status('line')).toMatchObject({
      phase: 'converged',
      reason: { code: 'paused' },
      pause: { until, reason: REASON, by: 'device' },
    });
    const done = watchEngine(world);
    // As a technician's docker stop: no policy starts it again.
    for (const container of world.up('line')) void container.stop(0);
    await world.run(HOUR_MS);
    expect(done.filter((one) => /create|start|destroy/.test(one))).toEqual([]);
    expect(world.status('line')).toMatchObject({
      phase: 'degraded',
      reason: { code: 'paused', message: expect.stringContaining('not running: app') },
    });
    await world.until(() => world.up('line').length === 1, { maxMs: HOUR_MS + MINUTE_MS });
    expect(world.clock.wallTime().getTime()).toBeGreaterThanOrEqual(Date.parse(until) - 1000);
    await world.untilPhase('line', 'converged');
    expect(world.status('line')?.pause).toBeUndefined();
    expect(told(world, 'paused', 'resumed')).toMatchObject([
      { type: 'paused', deployment: 'line', until, reason: REASON, by: 'device' },
      { type: 'resumed', deployment: 'line' },
    ]);
  });

  test('a document is accepted and told as waiting, with what runs, and begins when it is resumed', async ({
    makeWorld,
  }) => {
    const world = makeWorld();
    await converge(world);
    await pause(world, { by: 'fleet' });
    world.publish(deployment({ revision: 2 }));
    const done = watchEngine(world);
    const waiting = await world.untilPhase('line', 'waiting', { revision: 2 });
    expect(waiting).toMatchObject({
      running: { revision: 1 },
      reason: { code: 'paused', message: expect.stringContaining('paused by the fleet until') },
      services: { app: { state: 'running' } },
    });
    await world.run(HOUR_MS);
    expect(done).toEqual([]);
    expect(await resume(world)).toEqual({ kind: 'done', answer: { resumed: ['line'] } });
    await world.untilPhase('line', 'converged', { revision: 2 });
  });

  test('a removal waits', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    await pause(world);
    world.publish(absent(2));
    expect((await world.untilPhase('line', 'waiting', { revision: 2 })).reason?.code).toBe('paused');
    await world.run(HOUR_MS);
    expect(world.up('line')).toHaveLength(1);
    await world.untilPhase('line', 'removed', { maxMs: 2 * HOUR_MS });
    expect(world.daemon.of('line')).toEqual([]);
  });

  test('a removal that is taken back was none', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    const [before] = world.up('line');
    await pause(world);
    world.publish(absent(2));
    await world.untilPhase('line', 'waiting', { revision: 2 });
    world.publish(
      deployment({ revision: 3, services: { app: { image: 'registry.test/app:1', probe: PROBE } } }),
    );
    await world.untilPhase('line', 'waiting', { revision: 3 });
    await resume(world);
    await world.untilPhase('line', 'converged', { revision: 3 });
    expect(world.up('line')).toEqual([before]);
  });

  test('restart and retry are refused with the reason', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    await pause(world);
    expect(await world.restart('app')).toMatchObject({
      kind: 'refused',
      code: 'paused',
      message: expect.stringContaining(REASON),
    });
    expect(await world.retry('line')).toBe('refused');
    await world.run(HOUR_MS);
    expect(world.up('line')[0]?.runs).toBe(1);
    await resume(world);
    expect(await world.restart('app')).toMatchObject({ kind: 'accepted' });
  });

  test('what its time held is held against nobody', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    await pause(world);
    for (const container of world.up('line')) container.crash(1);
    await world.run(HOUR_MS);
    await resume(world);
    await world.untilPhase('line', 'converged');
    expect(world.status('line')?.services.app?.restarts).toBeLessThanOrEqual(1);
  });
});

test('of a device that takes no part in the roll-out, what it is kept back from waits too', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  await converge(world);
  world.publish(deployment({ revision: 2, rollout: { percent: 1, salt: 'a salt that leaves it out' } }));
  await world.until(() => world.status('line')?.reason?.code === 'not_in_rollout');
  await pause(world);
  await world.until(() => world.status('line')?.reason?.code === 'paused');
  // As converged it would be read as if revision 2 ran.
  expect(world.status('line')).toMatchObject({ phase: 'waiting', running: { revision: 1 } });
});

describe('a pause', () => {
  test('takes the place of the one before, longer or shorter', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    await pause(world, { length: '10d' });
    await pause(world, { length: '10m', reason: 'only a moment' });
    await world.run(1000);
    expect(world.status('line')?.pause).toMatchObject({ reason: 'only a moment' });
    await world.run(11 * MINUTE_MS);
    expect(world.status('line')?.pause).toBeUndefined();
    expect(told(world, 'paused', 'resumed').map(({ type }) => type)).toEqual(['paused', 'paused', 'resumed']);
  });

  test('begins when the update that is under way has proven itself', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    world.publish(deployment({ revision: 2 }));
    await world.untilPhase('line', 'proving', { revision: 2 });
    expect(await pause(world)).toMatchObject({ answer: { paused: [{ until: null }] } });
    await world.run(500);
    expect(world.status('line')).toMatchObject({ phase: 'proving', pause: { until: null } });
    await world.until(() => world.status('line')?.reason?.code === 'paused');
    expect(world.status('line')).toMatchObject({ phase: 'converged', running: { revision: 2 } });
    expect(told(world, 'paused').map(({ until }) => until)).toEqual([null, expect.any(String)]);
  });

  test('begins when the update that is under way has been taken back', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    world.programs.set('registry.test/app:2', programs.crashesAtOnce);
    world.publish(deployment({ revision: 2 }));
    await world.until(
      () => world.status('line')?.desired?.revision === 2 && world.status('line')?.phase === 'switching',
    );
    await pause(world);
    await world.until(() => world.status('line')?.reason?.code === 'paused');
    expect(world.up('line').map(({ spec }) => spec.revision)).toEqual([1]);
    expect(world.status('line')).toMatchObject({ phase: 'rolled_back', barred: { revision: 2 } });
  });

  test('waits until what ran is back where another document comes in the midst of a switch', async ({
    makeWorld,
  }) => {
    const world = makeWorld();
    world.programs.set('registry.test/app:1', programs.slowToStop(3000));
    await converge(world);
    world.publish(deployment({ revision: 2 }));
    await world.untilPhase('line', 'switching', { revision: 2 });
    await pause(world);
    world.publish(deployment({ revision: 3 }));
    await world.until(() => world.status('line')?.reason?.code === 'paused');
    const [running] = world.up('line');
    expect(running?.isUp).toBe(true);
    await world.run(HOUR_MS);
    expect(world.up('line')).toEqual([running]);
  });

  test('outlives restarts of the agent and power cuts, and is not made longer by much', async ({
    makeWorld,
  }) => {
    const world = makeWorld();
    await converge(world);
    await pause(world);
    for (let n = 0; n < 6; n += 1) {
      if (n % 2 === 0) world.killAgent();
      else world.powerCut(5 * MINUTE_MS);
      await world.run(15 * MINUTE_MS);
      expect(world.status('line')?.reason?.code).toBe('paused');
    }
    await world.until(() => world.status('line')?.reason === null, { maxMs: 2 * HOUR_MS });
    await world.untilPhase('line', 'converged');
  });

  test('ends where a device starts again and again', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    await pause(world, { length: '30m' });
    for (let n = 0; n < 20; n += 1) {
      world.killAgent();
      await world.run(30_000);
    }
    await world.until(() => world.status('line')?.pause === undefined, { maxMs: 20 * MINUTE_MS });
  });

  test('is neither ended nor made longer by a clock that is set; the time that is told follows it', async ({
    makeWorld,
  }) => {
    const world = makeWorld();
    await converge(world);
    await pause(world);
    await world.run(MINUTE_MS);
    for (const time of ['2031-01-01T00:00:00.000Z', '1970-01-01T00:00:10.000Z']) {
      world.clock.setWallTime(time);
      await world.run(MINUTE_MS);
      expect(world.status('line')?.reason?.code).toBe('paused');
      const untilMs = Date.parse(world.status('line')?.pause?.until ?? '');
      expect(untilMs - Date.parse(time)).toBeGreaterThan(1.9 * HOUR_MS);
      expect(untilMs - Date.parse(time)).toBeLessThanOrEqual(2 * HOUR_MS);
    }
    await world.run(HOUR_MS);
    expect(world.status('line')?.reason?.code).toBe('paused');
    await world.run(HOUR_MS);
    expect(world.status('line')?.pause).toBeUndefined();
  });

  test('on a disk that takes nothing is told as failed, and the one before stays', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    await pause(world, { length: '10m' });
    await world.run(1000);
    world.beforeWrite = (name) => {
      if (name === 'writeRecord') throw new StoreBlocked('no_space');
    };
    expect(await pause(world, { length: '10d' })).toMatchObject({ kind: 'failed', code: 'no_space' });
    world.beforeWrite = null;
    await world.run(11 * MINUTE_MS);
    expect(world.status('line')?.pause).toBeUndefined();
  });

  test('of no deployment in particular is one of each that is there now', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    world.publish(deployment({ name: 'other', revision: 1 }));
    await world.untilPhase('other', 'converged');
    const { signal } = new AbortController();
    const asked = await world.agent.operations.pause.ask({ for: '1h', reason: REASON }, signal);
    expect(asked).toMatchObject({ answer: { paused: [{ deployment: 'line' }, { deployment: 'other' }] } });
    world.publish(deployment({ name: 'third', revision: 1 }));
    await world.untilPhase('third', 'converged');
    await world.run(1000);
    expect(['line', 'other', 'third'].map((name) => world.status(name)?.pause !== undefined)).toEqual([
      ...[true, true, false],
    ]);
    expect(await world.agent.operations.resume.ask({}, signal)).toEqual({
      kind: 'done',
      answer: { resumed: ['line', 'other'] },
    });
  });
});
