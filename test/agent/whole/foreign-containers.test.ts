// Containers that somebody made of ours, and that bear our labels: the agent leaves them alone and tells of them once.
import { expect } from 'vitest';
import { EMPTY_RECORD } from '../../../agent/model/record.ts';
import { openStoreAt } from '../../../agent/store/open-store.ts';
import { absent, deployment } from '../../fakes/deployments.ts';
import { DiskPlace } from '../../fakes/disk/files-on-disk.ts';
import type { Container } from '../../fakes/engine/container.ts';
import type { World } from '../../fakes/world.ts';
import { test } from './world-test.ts';

const HOUR_MS = 3_600_000;

function onlyOf(world: World): Container {
  const [container, ...others] = world.daemon.of('line');
  if (container === undefined || others.length > 0) throw new Error('one container was expected');
  return container;
}

/** What the daemon does to a container from now on. */
function watch(world: World, watched: Container): string[] {
  const seen: string[] = [];
  world.daemon.witnesses.push((event, container) => {
    if (container === watched) seen.push(event);
  });
  return seen;
}

async function converged(world: World): Promise<Container> {
  world.startAgent();
  world.publish(deployment({ revision: 1 }));
  await world.untilPhase('line', 'converged', { revision: 1 });
  return onlyOf(world);
}

test.for([
  ['a copy that runs', true],
  ['a copy that was only created', false],
] as const)(
  '%s is left alone, through updates, restarts and the removal, and told once',
  async ([, isStarted], { makeWorld }) => {
    const world = makeWorld();
    const ours = await converged(world);
    const copy = world.daemon.copy(ours, { name: 'dbg' });
    if (isStarted) copy.start();
    const happened = watch(world, copy);
    const { runs } = ours;
    await world.run(HOUR_MS);
    await world.restartAgent();
    await world.run(HOUR_MS);
    expect({ runs: ours.runs, isUp: ours.isUp }).toEqual({ runs, isUp: true });
    expect(world.status('line')).toMatchObject({ phase: 'converged', reason: null });

    world.publish(deployment({ revision: 2 }));
    await world.untilPhase('line', 'converged', { revision: 2 });
    world.publish(absent(3));
    await world.untilPhase('line', 'removed', { revision: 3 });
    expect(world.daemon.of('line')).toEqual([]);
    expect(happened).toEqual([]);
    expect(world.toldEvents().filter(({ type }) => type === 'foreign_container')).toMatchObject([
      { deployment: 'line', service: 'app', name: 'dbg', container: copy.id.slice(0, 12) },
    ]);
  },
);

test('a service whose container was removed and copied is made anew beside the copy', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  const ours = await converged(world);
  const { name } = ours;
  const copy = world.daemon.copy(ours, { isWhole: true });
  world.daemon.remove(ours.id);
  // As Watchtower does: the copy takes the old one's name.
  const heir = world.daemon.copy(copy, { isWhole: true, name });
  for (const stranger of [copy, heir]) stranger.start();
  await world.until(() => world.up('line').length === 1);
  await world.untilPhase('line', 'converged', { revision: 1 });
  expect(onlyOf(world).id).not.toBe(heir.id);
  expect([copy, heir].map(({ isUp }) => isUp)).toEqual([true, true]);
});

test('a copy in a network of the deployment keeps it from being removed, which is told and tried again', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  const copy = world.daemon.copy(await converged(world), { isWhole: true });
  copy.start();
  world.publish(absent(2));
  await world.run(HOUR_MS);
  expect(world.status('line')).toMatchObject({ phase: 'switching', reason: { code: 'network_in_use' } });
  const tries = world.engine?.asked.filter(({ kind }) => kind === 'remove_network').length ?? 0;
  expect(tries).toBeGreaterThan(100);
  expect(tries).toBeLessThan(1000);
  expect(copy.isUp).toBe(true);
  world.daemon.remove(copy.id);
  await world.untilPhase('line', 'removed', { revision: 2 });
});

test('a container is known again whose creation the agent did not outlive', async ({ makeWorld }) => {
  const world = makeWorld();
  world.startAgent();
  world.daemon.witnesses.push((event) => {
    if (event === 'create') world.killAgent();
  });
  world.publish(deployment({ revision: 1 }));
  await world.untilPhase('line', 'converged', { revision: 1 });
  onlyOf(world);
});

test('a container is known again whose creation was not answered', async ({ makeWorld }) => {
  const world = makeWorld();
  world.faults.plan('create_container', 'lose');
  const ours = await converged(world);
  expect(ours.runs).toBe(1);
});

test.for([
  ['the store was lost', null],
  ['the record is of an older agent', 'own'],
] as const)(
  'where %s containers are taken over by their labels, and copies of them are not',
  async ([, key], { makeWorld }) => {
    const world = makeWorld();
    const ours = await converged(world);
    const copy = world.daemon.copy(ours);
    copy.start();
    const { runs } = ours;
    world.killAgent();
    if (key === null) for (const name of world.disk.list('')) world.disk.remove(name);
    else forgetIds(world);
    await world.run(60_000);
    world.publish(deployment({ revision: 1 }));
    await world.untilPhase('line', 'converged', { revision: 1 });
    expect(onlyOf(world)).toBe(ours);
    expect({ runs: ours.runs, isUp: ours.isUp, isCopyUp: copy.isUp }).toEqual({
      ...{ runs, isUp: true },
      isCopyUp: true,
    });
  },
);

function forgetIds(world: World): void {
  const store = openStoreAt(new DiskPlace(world.disk));
  const { own: _, ...older } = store.readRecord('line') ?? EMPTY_RECORD;
  store.writeRecord('line', older);
  store.close();
}
