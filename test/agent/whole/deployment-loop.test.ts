// The loop on a whole device: the agent as it is composed, over a fake engine, broker and host.
import { describe, expect } from 'vitest';
import { absent, deployment, PROBE } from '../../fakes/deployments.ts';
import { programs } from '../../fakes/engine/programs.ts';
import { watchForEarlyStops, watchForGaps, watchForTwins, watchStarts } from '../../fakes/watches.ts';
import type { World } from '../../fakes/world.ts';
import { test } from './world-test.ts';

const HOUR_MS = 3_600_000;

async function converge(world: World, document = deployment({ revision: 1 })): Promise<void> {
  world.startAgent();
  world.publish(document);
  await world.untilPhase(document.name, 'converged', { revision: document.revision });
}

function only<T>(items: readonly T[]): T {
  expect(items).toHaveLength(1);
  return items[0]!;
}

describe('a first deployment', () => {
  test('converges, and then stands still', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    const container = only(world.up('line'));
    const starts = watchStarts(world);
    await world.run(HOUR_MS);
    expect(starts).toEqual([]);
    expect(only(world.up('line'))).toBe(container);
    expect(world.status('line')).toMatchObject({
      phase: 'converged',
      running: { revision: 1 },
      reason: null,
    });
  });

  test('goes through its phases in order', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    const phases = world.toldStatuses('line').map(({ phase }) => phase);
    const inOrder = ['pulling', 'switching', 'proving', 'converged'];
    expect([...new Set(phases)]).toEqual(inOrder);
    expect(phases).toEqual(phases.toSorted((a, b) => inOrder.indexOf(a) - inOrder.indexOf(b)));
  });

  test('that fails is told as failed, keeps trying, and converges when the service heals', async ({
    makeWorld,
  }) => {
    const world = makeWorld();
    world.programs.set('registry.test/app:1', programs.crashesAtOnce);
    world.startAgent();
    world.publish(deployment({ revision: 1 }));
    const status = await world.untilPhase('line', 'failed', { revision: 1 });
    expect(status.running).toBeNull();
    expect(status.reason).toMatchObject({ code: 'exited', path: 'services.app' });
    expect(JSON.stringify(status.reason)).toContain('ValueError');
    await world.run(HOUR_MS);
    expect(world.status('line')?.phase).toBe('failed');
    expect(world.toldStatuses('line').filter(({ phase }) => phase === 'failed').length).toBeGreaterThan(3);
    world.programs.set('registry.test/app:1', programs.healthy);
    await world.untilPhase('line', 'converged', { revision: 1 });
    only(world.up('line'));
  });

  test('whose services wait for each other starts them in order', async ({ makeWorld }) => {
    const world = makeWorld();
    world.programs.set('registry.test/store:1', programs.slowToStart(20_000));
    const started: string[] = [];
    world.daemon.witnesses.push((event, { spec }) => {
      if (event === 'start')
        started.push(`${spec.name} at ${Math.round(world.clock.monotonicMs() / 1000)} s`);
    });
    await converge(
      world,
      deployment({
        revision: 1,
        services: {
          app: {
            image: 'registry.test/app:1',
            depends_on: { store: { condition: 'service_healthy' } },
          },
          store: { image: 'registry.test/store:1', probe: { ...PROBE, grace: '30s' } },
        },
      }),
    );
    expect(started.map((line) => line.split(' ')[0])).toEqual(['store', 'app']);
    expect(Number(started[1]?.split(' ')[2])).toBeGreaterThanOrEqual(20);
  });

  test('with a limit that the kernel ignores converges, says so and restarts nothing', async ({
    makeWorld,
  }) => {
    const world = makeWorld();
    world.daemon.enforces = ['cpus', 'pids'];
    const service = {
      image: 'registry.test/app:1',
      deploy: { resources: { limits: { memory: '64M', cpus: '0.5', pids: 20 } } },
    };
    await converge(world, deployment({ revision: 1, services: { app: service } }));
    const starts = watchStarts(world);
    await world.run(HOUR_MS);
    expect(starts).toEqual([]);
    expect(world.status('line')?.services.app?.limits).toEqual({
      memory_bytes: null,
      cpus: 0.5,
      pids: 20,
      not_enforced: ['memory'],
    });
  });

  test('with no network starts after a reboot all that ran', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    world.broker.goDown();
    world.registry.isReachable = false;
    world.powerCut();
    await world.until(
      () =>
        world.isAgentUp &&
        world.up('line').length === 1 &&
        world.store?.latestStatus('line')?.phase === 'converged',
    );
    await world.run(60_000);
    only(world.up('line'));
    expect((await world.localStatus()).deployments[0]).toMatchObject({
      phase: 'converged',
      running: { revision: 1 },
    });
  });
});

describe('an update', () => {
  test('converges, and removes what it replaced', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    const old = only(world.up('line'));
    const twins = watchForTwins(world);
    const early = watchForEarlyStops(world, 'registry.test/app:2');
    world.publish(deployment({ revision: 2 }));
    await world.untilPhase('line', 'converged', { revision: 2 });
    await world.run(60_000);
    expect(only(world.daemon.of('line')).spec.revision).toBe(2);
    expect(world.daemon.containers.has(old.id)).toBe(false);
    expect([...twins, ...early]).toEqual([]);
    expect(world.status('line')?.running?.revision).toBe(2);
  });

  test('of one service leaves the others alone', async ({ makeWorld }) => {
    const world = makeWorld();
    const still = { image: 'registry.test/still:1', probe: PROBE };
    const parts = (revision: number) => ({
      revision,
      services: { app: { image: `registry.test/app:${revision}`, probe: PROBE }, still },
    });
    await converge(world, deployment(parts(1)));
    const kept = only(world.up('line', 'still'));
    const startedAt = kept.startedAt;
    world.publish(deployment(parts(2)));
    await world.untilPhase('line', 'converged', { revision: 2 });
    expect(only(world.up('line', 'still'))).toBe(kept);
    expect(kept.startedAt).toBe(startedAt);
  });

  test('that changes only a limit or a restart policy keeps the container', async ({ makeWorld }) => {
    const world = makeWorld();
    const service = (memory: string, restart: string) => ({
      app: {
        image: 'registry.test/app:1',
        probe: PROBE,
        restart,
        deploy: { resources: { limits: { memory } } },
      },
    });
    await converge(world, deployment({ revision: 1, services: service('64M', 'always') }));
    const starts = watchStarts(world);
    world.publish(deployment({ revision: 2, services: service('128M', 'on-failure:3') }));
    await world.untilPhase('line', 'converged', { revision: 2 });
    await world.run(60_000);
    expect(starts).toEqual([]);
    expect(only(world.up('line')).settings).toMatchObject({
      memoryBytes: 128 * 1024 * 1024,
      restartPolicy: 'on-failure:3',
    });
  });

  const broken = [
    ['crashes at once', programs.crashesAtOnce, 'exited'],
    ['crashes after a while', programs.exitsAfter(4000, 3), 'exited'],
    ['never answers', programs.neverAnswers, 'unhealthy'],
    ['hangs before it is proven', programs.hangsAfter(2000), 'unhealthy'],
    ['leaks until it is killed', programs.leaks(64 * 1024 * 1024), 'oom_killed'],
  ] as const;
  for (const strategy of ['stop-first', 'start-first'] as const) {
    test.for(broken)(
      `${strategy}: one that %s is rolled back to the very same container`,
      async (row, { makeWorld }) => {
        const [, program, code] = row;
        const world = makeWorld();
        const services = (revision: number) => ({
          app: {
            image: `registry.test/app:${revision}`,
            probe: PROBE,
            deploy: { resources: { limits: { memory: '64M' } } },
          },
        });
        const update = { strategy, healthy_after: '15s', deadline: '60s' };
        await converge(world, deployment({ revision: 1, services: services(1), update }));
        const old = only(world.up('line'));
        const twins = strategy === 'stop-first' ? watchForTwins(world) : [];
        const gaps =
          strategy === 'start-first'
            ? watchForGaps(world, { deployment: 'line', service: 'app', atLeast: 1 })
            : [];
        world.programs.set('registry.test/app:2', program);
        world.publish(deployment({ revision: 2, services: services(2), update }));
        const status = await world.untilPhase('line', 'rolled_back', { revision: 2 });
        expect(status.running?.revision).toBe(1);
        expect(status.reason).toMatchObject({ code, path: 'services.app' });
        world.registry.isReachable = false;
        world.broker.disconnect();
        await world.run(HOUR_MS);
        expect(only(world.daemon.of('line'))).toBe(old);
        expect(old.isAnswering).toBe(true);
        expect(world.status('line')?.phase).toBe('rolled_back');
        expect([...twins, ...gaps]).toEqual([]);
      },
    );
  }

  test('rolled back runs the old one again, though it left with success when it was stopped', async ({
    makeWorld,
  }) => {
    const world = makeWorld();
    const services = (revision: number) => ({
      app: { image: `registry.test/app:${revision}`, probe: PROBE, restart: 'on-failure' },
    });
    world.programs.set('registry.test/app:1', programs.stopsCleanly);
    await converge(world, deployment({ revision: 1, services: services(1) }));
    const old = only(world.up('line'));
    world.programs.set('registry.test/app:2', programs.neverAnswers);
    world.publish(deployment({ revision: 2, services: services(2) }));
    await world.untilPhase('line', 'proving', { revision: 2 });
    expect(old.state).toBe('exited');
    await world.restartAgent();
    await world.untilPhase('line', 'rolled_back', { revision: 2 });
    await world.until(() => old.isAnswering, { maxMs: 60_000, what: 'the old one answers again' });
    await world.run(60_000);
    expect(only(world.daemon.of('line'))).toBe(old);
  });

  test('start-first never has fewer healthy instances than before', async ({ makeWorld }) => {
    const world = makeWorld();
    const update = { strategy: 'start-first', healthy_after: '5s', deadline: '60s' };
    await converge(world, deployment({ revision: 1, update }));
    const gaps = watchForGaps(world, { deployment: 'line', service: 'app', atLeast: 1 });
    for (const revision of [2, 3, 4]) {
      world.programs.set(`registry.test/app:${revision}`, programs.slowToStart(4000));
      world.publish(deployment({ revision, update }));
      await world.untilPhase('line', 'converged', { revision });
    }
    await world.run(60_000);
    expect(gaps).toEqual([]);
    only(world.daemon.of('line'));
  });

  test('whose image is not there leaves what runs alone, and comes when the image does', async ({
    makeWorld,
  }) => {
    const world = makeWorld();
    await converge(world);
    const starts = watchStarts(world);
    world.registry.failNext('registry.test/app:2', { code: 'image_not_found' });
    world.publish(deployment({ revision: 2 }));
    const status = await world.untilPhase('line', 'rolled_back', { revision: 2 });
    expect(status.reason).toMatchObject({ code: 'image_not_found', path: 'services.app.image' });
    expect(starts).toEqual([]);
    await world.untilPhase('line', 'converged', { revision: 2, maxMs: 2 * HOUR_MS });
  });

  test('bars a content that failed, also under another revision and after a restart', async ({
    makeWorld,
  }) => {
    const world = makeWorld();
    await converge(world);
    world.programs.set('registry.test/app:2', programs.crashesAtOnce);
    world.publish(deployment({ revision: 2 }));
    await world.untilPhase('line', 'rolled_back', { revision: 2 });
    await world.restartAgent();
    const starts = watchStarts(world);
    const again = { app: { image: 'registry.test/app:2', probe: PROBE } };
    world.publish(deployment({ revision: 3, services: again }));
    await world.untilPhase('line', 'rolled_back', { revision: 3 });
    await world.run(HOUR_MS);
    expect(starts).toEqual([]);
    expect(world.status('line')?.phase).toBe('rolled_back');
  });

  test('of a service that was broken before is not blamed for it', async ({ makeWorld }) => {
    const world = makeWorld();
    const services = (revision: number) => ({
      app: { image: `registry.test/app:${revision}`, probe: PROBE },
      sick: { image: 'registry.test/sick:1', probe: PROBE },
    });
    await converge(world, deployment({ revision: 1, services: services(1) }));
    world.programs.set('registry.test/sick:1', programs.crashesAtOnce);
    only(world.up('line', 'sick')).crash(1);
    await world.untilPhase('line', 'degraded', { revision: 1 });
    world.publish(deployment({ revision: 2, services: services(2) }));
    await world.until(() => world.status('line')?.running?.revision === 2, { what: 'revision 2 is proven' });
    expect(world.status('line')?.phase).toBe('degraded');
  });
});

test('an update that never lives to be proven is ended by a count, not tried for ever', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  await converge(world);
  const old = only(world.up('line'));
  const update = { healthy_after: '60s', deadline: '10m' };
  world.publish(deployment({ revision: 2, update }));
  for (let n = 0; n < 8; n += 1) {
    await world.run(20_000);
    world.killAgent();
    await world.run(5000);
  }
  const status = await world.untilPhase('line', 'rolled_back', { revision: 2 });
  expect(status.reason?.code).toBe('never_proven');
  await world.run(60_000);
  expect(only(world.daemon.of('line'))).toBe(old);
});

describe('an update that goes well', () => {
  test('tells of no failure', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    world.publish(deployment({ revision: 2 }));
    await world.untilPhase('line', 'converged', { revision: 2 });
    await world.run(60_000);
    const types = world.toldEvents().map(({ type }) => type);
    expect(types).toContain('start_container');
    expect(world.toldEvents().filter(({ type }) => type === 'service_failed')).toEqual([]);
  });
});

describe('an update of what does not run well', () => {
  test('is tried at once, however long the old revision is held back', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    world.programs.set('registry.test/app:1', programs.crashesAtOnce);
    only(world.up('line')).crash(1);
    await world.run(HOUR_MS);
    world.publish(deployment({ revision: 2 }));
    await world.untilPhase('line', 'converged', { revision: 2, maxMs: 60_000 });
  });

  test('is tried at once when there never was a good revision', async ({ makeWorld }) => {
    const world = makeWorld();
    world.programs.set('registry.test/app:1', programs.crashesAtOnce);
    world.startAgent();
    world.publish(deployment({ revision: 1 }));
    await world.untilPhase('line', 'failed', { revision: 1 });
    await world.run(HOUR_MS);
    world.publish(deployment({ revision: 2 }));
    await world.untilPhase('line', 'converged', { revision: 2, maxMs: 60_000 });
  });

  test('is not proven by the old one’s failure: a broken revision stays unproven', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    const old = only(world.up('line'));
    old.kill();
    await world.until(() => old.isAnswering, { maxMs: 60_000, what: 'up again after the kill' });
    world.programs.set('registry.test/app:2', programs.neverAnswers);
    world.publish(deployment({ revision: 2 }));
    await world.run(5 * 60_000);
    expect(world.status('line')?.running?.revision).toBe(1);
    expect(world.status('line')?.phase).toBe('rolled_back');
  });

  test('with all of its services broken before proves nothing that never ran', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    world.programs.set('registry.test/app:1', programs.crashesAtOnce);
    only(world.up('line')).crash(1);
    await world.untilPhase('line', 'degraded', { revision: 1 });
    world.programs.set('registry.test/app:2', programs.neverAnswers);
    world.publish(deployment({ revision: 2 }));
    await world.run(10 * 60_000);
    expect(world.toldStatuses('line').some(({ running }) => running?.revision === 2)).toBe(false);
  });
});

describe('a revision that supersedes another', () => {
  const stages = ['pulling', 'switching', 'proving'] as const;
  test.for(stages)('while it is %s takes over cleanly', async (stage, { makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    const twins = watchForTwins(world);
    world.programs.set('registry.test/app:2', programs.neverAnswers);
    world.publish(deployment({ revision: 2 }));
    await world.until(() => world.store?.latestStatus('line')?.phase === stage, { what: stage });
    world.publish(deployment({ revision: 3 }));
    await world.untilPhase('line', 'converged', { revision: 3 });
    await world.run(60_000);
    expect(only(world.daemon.of('line')).spec.revision).toBe(3);
    expect(twins).toEqual([]);
  });

  test('while it is rolled back takes over cleanly', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    const twins = watchForTwins(world);
    world.programs.set('registry.test/app:2', programs.crashesAtOnce);
    world.publish(deployment({ revision: 2 }));
    await world.until(() => world.store?.latestStatus('line')?.phase === 'rolled_back');
    world.publish(deployment({ revision: 3 }));
    await world.untilPhase('line', 'converged', { revision: 3 });
    await world.run(60_000);
    expect(only(world.daemon.of('line')).spec.revision).toBe(3);
    expect(twins).toEqual([]);
  });

  test('that equals what is proven runs the kept container again', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    const old = only(world.up('line'));
    world.programs.set('registry.test/app:2', programs.neverAnswers);
    world.publish(deployment({ revision: 2 }));
    await world.untilPhase('line', 'proving', { revision: 2 });
    world.publish(
      deployment({ revision: 3, services: { app: { image: 'registry.test/app:1', probe: PROBE } } }),
    );
    await world.untilPhase('line', 'converged', { revision: 3 });
    expect(only(world.up('line'))).toBe(old);
  });

  test('from a group is followed only until the device has a document of its own', async ({ makeWorld }) => {
    const world = makeWorld();
    world.startAgent();
    world.publish(deployment({ revision: 5 }), { kind: 'group', group: 'europe' });
    await world.untilPhase('line', 'converged', { revision: 5 });
    world.publish(deployment({ revision: 9 }), { kind: 'group', group: 'berlin' });
    expect((await world.untilPhase('line', 'converged', { revision: 9 })).source).toBe('groups/berlin');
    world.publish(deployment({ revision: 1 }));
    expect((await world.untilPhase('line', 'converged', { revision: 1 })).source).toBe('device');
    expect(only(world.up('line')).spec.revision).toBe(1);
  });
});

describe('a removal', () => {
  test('takes containers and networks, and of the volumes only the named', async ({ makeWorld }) => {
    const world = makeWorld();
    const mount = (source: string) => ({ type: 'volume', source, target: `/${source}` });
    const app = { image: 'registry.test/app:1', probe: PROBE, volumes: [mount('keep'), mount('drop')] };
    await converge(world, deployment({ revision: 1, services: { app }, volumes: { keep: {}, drop: {} } }));
    world.publish(absent(2, 'line', ['drop']));
    await world.untilPhase('line', 'removed', { revision: 2 });
    expect(world.daemon.of('line')).toEqual([]);
    expect([...world.daemon.networks.keys()]).toEqual([]);
    expect([...world.daemon.volumes.keys()]).toEqual(['line/keep']);
    world.publish(deployment({ revision: 3 }));
    await world.untilPhase('line', 'converged', { revision: 3 });
  });

  test('is not what an empty retained message means', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    const starts = watchStarts(world);
    world.broker.publish('holdfast/v1/devices/edge-01/deployments/line', '', { retain: true });
    await world.run(60_000);
    only(world.up('line'));
    expect(starts).toEqual([]);
  });
});

describe('what happens to what runs', () => {
  const ends = [
    ['is restarted in peace', (world: World) => world.restartAgent()],
    ['is killed', (world: World) => Promise.resolve(world.killAgent())],
  ] as const;
  test.for(ends)('nothing, when the agent %s', async ([, end], { makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    const starts = watchStarts(world);
    await end(world);
    await world.run(HOUR_MS);
    expect(starts).toEqual([]);
    expect(world.status('line')).toMatchObject({ phase: 'converged', running: { revision: 1 } });
  });

  test('nothing, when the engine restarts and keeps its containers', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    const starts = watchStarts(world);
    world.restartEngine({ isLiveRestore: true });
    await world.run(HOUR_MS);
    expect(starts).toEqual([]);
    expect(world.status('line')?.phase).toBe('converged');
  });

  test('the engine starts it again when it restarts without keeping it', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    const container = only(world.up('line'));
    world.restartEngine();
    await world.run(10 * 60_000);
    expect(only(world.up('line'))).toBe(container);
    expect(container.runs).toBe(2);
    expect(world.status('line')?.phase).toBe('converged');
  });

  test('it is made again when somebody removes it', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    world.daemon.remove(only(world.up('line')).id);
    await world.until(() => world.up('line').length === 1, { maxMs: 60_000 });
    await world.untilPhase('line', 'converged', { revision: 1 });
  });

  test('it is started again when somebody stops or kills it', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    const container = only(world.up('line'));
    container.kill();
    await world.until(() => container.isUp, { maxMs: 60_000, what: 'up after the kill' });
    await world.untilPhase('line', 'converged', { revision: 1 });
    await world.run(60_000);
    void container.stop(1000);
    await world.run(2000);
    await world.until(() => container.isUp, { maxMs: 60_000, what: 'up after the stop' });
  });

  test('a service that hangs is restarted by its probe, counted, and told', async ({ makeWorld }) => {
    const world = makeWorld();
    world.programs.set(
      'registry.test/app:1',
      programs.changesAfter(1, programs.hangsAfter(60_000), programs.healthy),
    );
    await converge(world);
    const container = only(world.up('line'));
    await world.until(() => container.runs === 2, { maxMs: 5 * 60_000, what: 'its restart' });
    const status = await world.untilPhase('line', 'converged', { revision: 1 });
    expect(status.services.app).toMatchObject({ restarts: 1, last_failure: { code: 'unhealthy' } });
  });

  test('a crash loop is told as degraded, held back, and never given up', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    const container = only(world.up('line'));
    world.programs.set('registry.test/app:1', programs.crashesAtOnce);
    container.crash(1);
    await world.untilPhase('line', 'degraded', { revision: 1 });
    await world.run(HOUR_MS);
    const runs = container.runs;
    expect(world.status('line')?.phase).toBe('degraded');
    expect(runs).toBeLessThan(80);
    await world.run(HOUR_MS);
    expect(container.runs).toBeGreaterThan(runs + 5);
    world.programs.set('registry.test/app:1', programs.healthy);
    await world.untilPhase('line', 'converged', { revision: 1 });
  });

  test('nothing, when the wall clock jumps', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world);
    const starts = watchStarts(world);
    for (const time of ['1970-01-01T00:00:10Z', '2038-01-19T03:14:00Z', '2026-11-23T00:00:00Z']) {
      world.clock.setWallTime(time);
      await world.run(10 * 60_000);
    }
    expect(starts).toEqual([]);
    expect(world.status('line')?.phase).toBe('converged');
  });

  test('nothing, when documents are refused', async ({ makeWorld }) => {
    const world = makeWorld();
    await converge(world, deployment({ revision: 4 }));
    const starts = watchStarts(world);
    world.publish(deployment({ revision: 3 }));
    await world.until(() => world.status('line')?.refused?.code === 'stale');
    world.publish(deployment({ revision: 5, services: { app: { image: 'UPPER CASE' } } }));
    await world.until(() => world.status('line')?.refused?.code === 'invalid');
    expect(world.status('line')).toMatchObject({ phase: 'converged', running: { revision: 4 } });
    expect(starts).toEqual([]);
    world.publish(deployment({ revision: 6 }));
    expect((await world.untilPhase('line', 'converged', { revision: 6 })).refused).toBeNull();
  });
});

test('what happens while the engine is being looked at is looked at as soon as that is over', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  await converge(world);
  await world.run(5000);
  const { engine, clock, daemon } = world;
  const looks: number[] = [];
  const observe = engine.observe.bind(engine);
  engine.observe = async (name) => {
    const seen = await observe(name);
    looks.push(clock.monotonicMs());
    // The answer is on its way when the next event comes.
    if (looks.length === 1) {
      daemon.emit('update', only(world.up('line')));
      await clock.sleep(500, new AbortController().signal);
    }
    return seen;
  };
  daemon.emit('update', only(world.up('line')));
  await world.run(2000);
  expect(looks.length).toBe(2);
});
