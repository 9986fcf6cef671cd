// What is called well is well: a service that dies again and again is not, however it is at the moment of a look.
import { expect } from 'vitest';
import type { Status } from '../../../protocol/reports/status.ts';
import { deployment, PROBE } from '../../fakes/deployments.ts';
import type { Container } from '../../fakes/engine/container.ts';
import { type Program, programs } from '../../fakes/engine/programs.ts';
import type { World } from '../../fakes/world.ts';
import { test } from './world-test.ts';

const MINUTE_MS = 60_000;
const IMAGE = 'registry.test/app:1';
const APP = { image: IMAGE };
const BEATING = {
  image: IMAGE,
  probe: {
    heartbeat: { target: '/beat', file: 'beat', max_age: '5s' },
    interval: '1s',
    grace: '2s',
    failures: 1,
  },
};

async function begin(world: World, program: Program, service: { image: string } = APP): Promise<Container> {
  world.programs.set(IMAGE, program);
  world.startAgent();
  world.publish(deployment({ revision: 1, services: { app: service } }));
  await world.untilPhase('line', 'converged', { revision: 1 });
  const [container] = world.up('line');
  if (container === undefined) throw new Error('nothing runs');
  return container;
}

/** What is told at each of these looks. */
async function look(world: World, times: number, everyMs: number): Promise<Status[]> {
  const seen: Status[] = [];
  for (let time = 0; time < times; time += 1) {
    await world.run(everyMs);
    const status = world.status('line');
    if (status !== null) seen.push(status);
  }
  return seen;
}

test.for<[string, Program, { image: string }, string]>([
  ['dies after each 12 s', programs.exitsAfter(12_000, 1), APP, 'it exited with code 1'],
  ['dies after each 5 min', programs.exitsAfter(5 * MINUTE_MS, 1), APP, 'it exited with code 1'],
  [
    'answers for 31 s of each run',
    programs.hangsAfter(31_000),
    { ...APP, probe: PROBE } as typeof APP,
    'its probe',
  ],
  ['beats for 31 s of each run', programs.hangsAfter(31_000), BEATING, '/beat/beat was not touched'],
])(
  'a service that %s is degraded at every look, and told why',
  async ([, program, service, why], { makeWorld }) => {
    const world = makeWorld();
    await begin(world, program, service);
    await world.run(30 * MINUTE_MS);
    const looks = await look(world, 200, 7000);
    expect(new Set(looks.map(({ phase }) => phase))).toEqual(new Set(['degraded']));
    expect(looks.some(({ services }) => services.app?.health === 'healthy')).toBe(true);
    for (const { reason } of looks) {
      expect(reason?.message).toMatch(/^it has failed \d+ times within [0-9hms ]+; the last time: /);
      expect(reason?.message).toContain(why);
    }
  },
);

test('one crash is over with the first minute, and two are', async ({ makeWorld }) => {
  const world = makeWorld();
  const container = await begin(world, programs.healthy);
  for (const crashes of [1, 2]) {
    for (let crash = 0; crash < crashes; crash += 1) {
      container.crash(1);
      await world.run(5000);
    }
    await world.untilPhase('line', 'converged', { maxMs: MINUTE_MS });
    await world.run(11 * MINUTE_MS);
  }
});

test('a loop that ends is over after a good run, and stays over when the agent restarts', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  const container = await begin(world, programs.healthy);
  world.programs.set(IMAGE, programs.exitsAfter(8000, 1));
  container.crash(1);
  await world.until(() => world.status('line')?.services.app?.restarts === 4);
  world.programs.set(IMAGE, programs.healthy);
  await world.until(() => world.status('line')?.services.app?.health === 'healthy');
  expect(world.status('line')?.phase).toBe('degraded');
  await world.untilPhase('line', 'converged', { maxMs: 5 * MINUTE_MS + 90_000 });
  await world.restartAgent();
  const phases = (await look(world, 60, 1000)).map(({ phase }) => phase);
  expect(new Set(phases)).toEqual(new Set(['converged']));
});

test('restarts are as many as the failures that they followed', async ({ makeWorld }) => {
  const world = makeWorld();
  await begin(world, programs.exitsAfter(12_000, 1));
  let failures = 0;
  world.daemon.witnesses.push((event, { exitCode }) => {
    if (event === 'die' && exitCode === 1) failures += 1;
  });
  await world.run(30 * MINUTE_MS);
  await world.until(() => world.up('line').some(({ isAnswering }) => isAnswering));
  await world.run(1000);
  expect(failures).toBeGreaterThan(6);
  expect(world.status('line')?.services.app?.restarts).toBe(failures);
});

test('while a service is held back it is shown with the code of its failure, not with that of the agent’s stop', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  await begin(world, programs.exitsAfter(12_000, 7));
  await world.run(30 * MINUTE_MS);
  const looks = await look(world, 100, 7000);
  const apps = looks.flatMap(({ services }) => services.app ?? []);
  const down = apps.filter(({ state }) => state === 'exited');
  expect(down.length).toBeGreaterThan(10);
  expect(new Set(down.map(({ exit_code: code }) => code))).toEqual(new Set([7]));
  expect(new Set(apps.map(({ last_failure: failure }) => failure?.exit_code))).toEqual(new Set([7]));
});

test('the last log lines of the failure are told with the reason, and read once for each', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  await begin(world, programs.exitsAfter(12_000, 7));
  await world.run(10 * MINUTE_MS);
  expect(world.status('line')?.reason?.log).toContain('leaving with 7');
  const failures = world.toldEvents().filter(({ type }) => type === 'service_failed').length;
  const reads = world.engine?.asked.filter(({ kind }) => kind === 'read_last_logs').length ?? 0;
  expect(Math.abs(failures - reads)).toBeLessThanOrEqual(1);
});

test('engine restarts, power cuts and restarts of the agent are no failures', async ({ makeWorld }) => {
  const world = makeWorld();
  await begin(world, programs.healthy);
  for (let time = 0; time < 4; time += 1) {
    world.restartEngine();
    await world.run(30_000);
    world.powerCut();
    await world.run(60_000);
    await world.restartAgent();
  }
  const status = await world.untilPhase('line', 'converged', { maxMs: MINUTE_MS });
  expect(status.services.app).toMatchObject({ restarts: 0, last_failure: null });
});
