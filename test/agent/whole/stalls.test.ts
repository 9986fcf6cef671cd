// A process that does not run for a while: what nobody saw proves nothing, and is held against nobody.
import { describe, expect } from 'vitest';
import { deployment, PROBE } from '../../fakes/deployments.ts';
import { programs } from '../../fakes/engine/programs.ts';
import type { World } from '../../fakes/world.ts';
import { test } from './world-test.ts';

const update = { healthy_after: '15s', deadline: '60s' };
const NEW = 'registry.test/app:2';

/** Default times, as a document that says nothing of them has. */
const probe = { tcp: { port: 80 }, interval: '10s', timeout: '2s', failures: 3, grace: '30s' };
const sources: readonly [string, Record<string, unknown>][] = [
  ['a probe', { probe }],
  ['a quick probe', { probe: PROBE }],
  ['a HEALTHCHECK', { healthcheck: { test: ['CMD', 'true'], interval: '2s', timeout: '1s', retries: 2 } }],
  ['running alone', {}],
];

const revisionOf = (revision: number, service: Record<string, unknown>) =>
  deployment({
    revision,
    update,
    services: { app: { image: `registry.test/app:${revision}`, ...service } },
  });

/** Revision 1 converged, and revision 2 in its proof. */
async function provingIn(world: World, service: Record<string, unknown>): Promise<void> {
  world.startAgent();
  world.publish(revisionOf(1, service));
  await world.untilPhase('line', 'converged', { revision: 1 });
  world.publish(revisionOf(2, service));
  await world.untilPhase('line', 'proving', { revision: 2 });
}

describe('a revision that is good for five seconds only', () => {
  test.for(sources.slice(0, 3))(
    'proves nothing with %s while the agent is frozen, and is rolled back',
    async ([, service], { makeWorld }) => {
      const world = makeWorld();
      world.programs.set(NEW, programs.hangsAfter(5000));
      await provingIn(world, service);
      await world.run(2000);
      world.freezeAgent(22_000);
      await world.untilPhase('line', 'rolled_back', { revision: 2 });
      expect(world.toldStatuses('line').some(isProven)).toBe(false);
      expect(world.up('line').map(({ spec }) => spec.revision)).toEqual([1]);
    },
  );
});

describe('a good revision', () => {
  test.for(sources)('is proven by %s in healthy_after, and a second', async ([, service], { makeWorld }) => {
    const world = makeWorld();
    await provingIn(world, service);
    const beganMs = world.clock.monotonicMs();
    await world.untilPhase('line', 'converged', { revision: 2 });
    const tookMs = world.clock.monotonicMs() - beganMs;
    expect(tookMs).toBeGreaterThanOrEqual(14_000);
    expect(tookMs).toBeLessThan(18_500);
  });

  test.for(sources)('is proven by %s in as long again after a stall', async ([, service], { makeWorld }) => {
    const world = makeWorld();
    await provingIn(world, service);
    await world.run(10_000);
    world.freezeAgent(30_000);
    await world.run(30_000);
    const thawedMs = world.clock.monotonicMs();
    await world.untilPhase('line', 'converged', { revision: 2 });
    const tookMs = world.clock.monotonicMs() - thawedMs;
    expect(tookMs).toBeGreaterThanOrEqual(15_000);
    expect(tookMs).toBeLessThan(20_000);
  });

  test('is proven by running alone, however long the looks take that begin and end it', async ({
    makeWorld,
  }) => {
    for (let seed = 1; seed <= 12; seed += 1) {
      const world = makeWorld({ seed });
      await provingIn(world, {});
      const beganMs = world.clock.monotonicMs();
      await world.untilPhase('line', 'converged', { revision: 2 });
      expect(world.clock.monotonicMs() - beganMs).toBeLessThan(16_000);
    }
  });

  test('is not condemned for a deadline that passed in a stall', async ({ makeWorld }) => {
    const world = makeWorld();
    await provingIn(world, { probe });
    world.freezeAgent(180_000);
    await world.untilPhase('line', 'converged', { revision: 2 });
    expect(world.toldStatuses('line').some(({ phase }) => phase === 'rolled_back')).toBe(false);
  });
});

test('a device that stands still again and again does not try a revision for ever', async ({ makeWorld }) => {
  const world = makeWorld();
  await provingIn(world, { probe });
  for (let stalls = 0; stalls < 6; stalls += 1) {
    await world.run(5000);
    world.freezeAgent(20_000);
    await world.run(20_000);
  }
  const status = await world.untilPhase('line', 'rolled_back', { revision: 2, maxMs: 60_000 });
  expect(status.reason).toMatchObject({ code: 'never_proven' });
});

test('a crash loop is the same one after a stall that is longer than a good run', async ({ makeWorld }) => {
  const world = makeWorld();
  world.startAgent();
  world.publish(revisionOf(1, {}));
  await world.untilPhase('line', 'converged', { revision: 1 });
  world.programs.set('registry.test/app:1', programs.exitsAfter(12_000, 1));
  for (const container of world.up('line')) container.crash(1);
  await world.run(3 * 60_000);
  const failuresInRow = () => world.store?.readRecord('line')?.services.app?.failuresInRow ?? 0;
  const before = failuresInRow();
  expect(before).toBeGreaterThan(3);
  world.freezeAgent(11 * 60_000);
  await world.run(11 * 60_000 + 3000);
  expect(failuresInRow()).toBeGreaterThanOrEqual(before);
});

test('what runs in peace is not disturbed by a stall', async ({ makeWorld }) => {
  const world = makeWorld();
  world.startAgent();
  const services = Object.fromEntries(
    sources.map(([name, service], n) => [
      `s${n}`,
      { image: `registry.test/${n}:1`, ...service, labels: { name } },
    ]),
  );
  world.publish(deployment({ revision: 1, update, services }));
  await world.untilPhase('line', 'converged', { revision: 1 });
  await world.run(60_000);
  const [told, containers] = [world.toldStatuses('line').length, world.up('line').map(({ id }) => id)];
  world.freezeAgent(40_000);
  await world.run(120_000);
  expect(world.toldStatuses('line').length).toBe(told);
  expect(world.up('line').map(({ id }) => id)).toEqual(containers);
});

function isProven({ running }: { running: { revision: number } | null }): boolean {
  return running?.revision === 2;
}
