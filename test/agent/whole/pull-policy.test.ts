// `pull_policy: always` on a whole device: what is pulled, and what a reboot with no network does.
import { expect } from 'vitest';
import { deployment, PROBE } from '../../fakes/deployments.ts';
import { watchForEarlyStops, watchForTwins, watchStarts } from '../../fakes/watches.ts';
import type { World } from '../../fakes/world.ts';
import { test } from './world-test.ts';

const IMAGE = 'registry.test/app:moving';
const HOUR_MS = 3_600_000;

const always = (revision: number) =>
  deployment({ revision, services: { app: { image: IMAGE, pull_policy: 'always', probe: PROBE } } });

async function converge(world: World, revision: number): Promise<void> {
  world.publish(always(revision));
  await world.untilPhase('line', 'converged', { revision });
}

const pullsOf = (world: World): number => world.registry.pulls.get(IMAGE) ?? 0;

test('each revision pulls once, and a moved tag makes one new container', async ({ makeWorld }) => {
  const world = makeWorld();
  const twins = watchForTwins(world);
  const early = watchForEarlyStops(world, IMAGE);
  world.startAgent();
  await converge(world, 1);
  const before = world.up('line').map(({ id }) => id);
  await converge(world, 2);
  expect(world.up('line').map(({ id }) => id)).toEqual(before);
  world.registry.push(IMAGE);
  await world.run(HOUR_MS);
  expect(world.up('line').map(({ id }) => id)).toEqual(before);
  expect(pullsOf(world)).toBe(2);
  await converge(world, 3);
  expect(world.up('line').map(({ id }) => id)).not.toEqual(before);
  expect(pullsOf(world)).toBe(3);
  expect([...twins, ...early]).toEqual([]);
});

test('a device that boots with no network starts what it ran, though the tag has moved', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  world.startAgent();
  await converge(world, 1);
  const [container] = world.up('line');
  world.registry.push(IMAGE);
  world.registry.isReachable = false;
  world.broker.goDown();
  world.powerCut();
  await world.run(10 * 60_000);
  expect(world.up('line').map(({ id }) => id)).toEqual([container?.id]);
  expect(pullsOf(world)).toBe(1);
});

test('a restart of the agent restarts nothing and pulls nothing', async ({ makeWorld }) => {
  const world = makeWorld();
  world.startAgent();
  await converge(world, 1);
  world.registry.push(IMAGE);
  const starts = watchStarts(world);
  await world.restartAgent();
  await world.run(HOUR_MS);
  expect(starts).toEqual([]);
  expect(pullsOf(world)).toBe(1);
});

test('an update waits for its registry, and the revision before runs on', async ({ makeWorld }) => {
  const world = makeWorld();
  world.startAgent();
  await converge(world, 1);
  const starts = watchStarts(world);
  world.registry.isReachable = false;
  world.publish(always(2));
  await world.run(HOUR_MS);
  expect(world.status('line')).toMatchObject({
    phase: 'pulling',
    running: { revision: 1 },
    reason: { code: 'registry_unreachable' },
  });
  expect(starts).toEqual([]);
  world.registry.isReachable = true;
  await world.untilPhase('line', 'converged', { revision: 2 });
});

test('a device with a full disk waits for room, says what is missing, and goes on by itself', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  world.startAgent();
  await converge(world, 1);
  world.registry.push(IMAGE, { sizeBytes: 400_000_000 });
  world.host.freeImageBytes = 1_000_000_000;
  world.publish(always(2));
  await world.run(HOUR_MS);
  const { phase, reason } = world.status('line') ?? {};
  expect([phase, reason?.code]).toEqual(['pulling', 'no_space']);
  expect(reason?.message).toMatch(
    /^needs about 1\.1 GiB; 953\.7 MiB are free in \/var\/lib\/docker, 441\.7 MiB above the reserve of 512\.0 MiB$/,
  );
  world.host.freeImageBytes = 3_000_000_000;
  await world.untilPhase('line', 'converged', { revision: 2 });
});

test('an update that is asked for anew in its proof, and has to pull again, gives way to what is proven', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  const twins = watchForTwins(world);
  const next = 'registry.test/app:next';
  const moved = (revision: number) =>
    deployment({ revision, services: { app: { image: next, pull_policy: 'always', probe: PROBE } } });
  world.startAgent();
  await converge(world, 1);
  world.publish(moved(2));
  await world.untilPhase('line', 'proving', { revision: 2 });
  world.registry.isReachable = false;
  world.publish(moved(3));
  await world.run(60_000);
  expect(world.status('line')).toMatchObject({ phase: 'pulling', running: { revision: 1 } });
  expect(world.up('line').map(({ spec }) => spec.service.image.text)).toEqual([IMAGE]);
  world.registry.isReachable = true;
  await world.untilPhase('line', 'converged', { revision: 3 });
  expect(twins).toEqual([]);
});
