// Networks and volumes that several deployments of a device share: who makes them, who removes them, and what is told
// where they are not as asked.
import { describe, expect } from 'vitest';
import { absent, deployment, PROBE } from '../../fakes/deployments.ts';
import { programs } from '../../fakes/engine/programs.ts';
import { watchStarts } from '../../fakes/watches.ts';
import type { World } from '../../fakes/world.ts';
import { test } from './world-test.ts';

const PROXY = 'shared/proxy';
const MEDIA = 'shared/media';
/** As the deployments `line` and `back` call it, each by a name of its own. */
const NETWORKS = { web: { shared: 'proxy' } };

function inProxy(name: string, revision: number, parts: object = {}) {
  const app = { image: `registry.test/app:${revision}`, probe: PROBE, networks: { web: {} } };
  return deployment({ name, revision, services: { app }, networks: NETWORKS, ...parts });
}

function withMedia(name: string, revision: number) {
  const mount = { type: 'volume', source: 'files', target: '/files' };
  const app = { image: `registry.test/app:${revision}`, probe: PROBE, volumes: [mount] };
  return deployment({ name, revision, services: { app }, volumes: { files: { shared: 'media' } } });
}

async function deploy(world: World, document: { name: string; revision: number }): Promise<void> {
  world.publish(document);
  await world.untilPhase(document.name, 'converged', { revision: document.revision });
}

async function remove(world: World, name: string, revision: number, purge: string[] = []) {
  world.publish(absent(revision, name, purge));
  return world.untilPhase(name, 'removed', { revision });
}

describe('a shared network', () => {
  test('is made by the first, and removed by the last that leaves it', async ({ makeWorld }) => {
    const world = makeWorld();
    world.startAgent();
    await deploy(world, inProxy('line', 1));
    await deploy(world, inProxy('back', 1));
    expect([...world.daemon.networks.keys()]).toEqual([PROXY]);
    expect(world.up('line')[0]?.networks).toEqual(world.up('back')[0]?.networks);
    const starts = watchStarts(world);
    expect(await remove(world, 'line', 2)).toMatchObject({ reason: null });
    expect([...world.daemon.networks.keys()]).toEqual([PROXY]);
    expect(starts).toEqual([]);
    await remove(world, 'back', 2);
    expect([...world.daemon.networks.keys()]).toEqual([]);
    // Once each: whether it went is no reason to try again.
    expect(world.engine?.asked.filter(({ kind }) => kind === 'leave_network')).toHaveLength(2);
  });

  test('that somebody made by hand is joined and left as it is', async ({ makeWorld }) => {
    const world = makeWorld();
    world.daemon.networks.set(PROXY, { isInternal: false, subnets: [] });
    world.daemon.handMade.add(`network ${PROXY}`);
    world.startAgent();
    await deploy(world, inProxy('line', 1));
    await remove(world, 'line', 2);
    expect([...world.daemon.networks.keys()]).toEqual([PROXY]);
  });

  test('stays for the containers that another deployment keeps for its rollback', async ({ makeWorld }) => {
    const world = makeWorld();
    world.startAgent();
    await deploy(world, inProxy('back', 1));
    await deploy(world, inProxy('line', 1));
    world.programs.set('registry.test/app:2', programs.neverAnswers);
    const next = { image: 'registry.test/app:2', probe: PROBE };
    world.publish(deployment({ name: 'line', revision: 2, services: { app: next } }));
    await world.untilPhase('line', 'proving', { revision: 2 });
    await remove(world, 'back', 2);
    expect([...world.daemon.networks.keys()]).toContain(PROXY);
    await world.untilPhase('line', 'rolled_back', { revision: 2 });
    expect(world.up('line').map(({ networks }) => [...networks])).toEqual([[PROXY]]);
  });

  test('is left by an update that uses it no more', async ({ makeWorld }) => {
    const world = makeWorld();
    world.startAgent();
    await deploy(world, inProxy('line', 1));
    await deploy(world, deployment({ revision: 2 }));
    await world.until(() => !world.daemon.networks.has(PROXY), { what: 'the shared network is gone' });
    expect(world.status('line')).toMatchObject({ phase: 'converged', reason: null });
  });

  test('that is removed by hand is made again, and both are in it again', async ({ makeWorld }) => {
    const world = makeWorld();
    world.startAgent();
    await deploy(world, inProxy('line', 1));
    await deploy(world, inProxy('back', 1));
    world.daemon.loseNetwork('line', PROXY);
    await world.until(
      () =>
        ['line', 'back'].every((name) => world.up(name).every(({ lostNetworks }) => lostNetworks.size === 0)),
      { what: 'both are in it again' },
    );
    expect([...world.daemon.networks.keys()]).toEqual([PROXY]);
  });

  test('with other settings than asked ends the update that asks, and is told beside converged', async ({
    makeWorld,
  }) => {
    const world = makeWorld();
    world.startAgent();
    await deploy(world, inProxy('line', 1));
    await deploy(world, inProxy('back', 1));
    const starts = watchStarts(world);
    const other = { networks: { web: { shared: 'proxy', internal: true } } };
    world.publish(inProxy('line', 2, other));
    const status = await world.untilPhase('line', 'rolled_back', { revision: 2 });
    expect(status.reason).toMatchObject({ code: 'network_differs', path: 'networks.web' });
    expect(starts).toEqual([]);
    world.daemon.networks.set(PROXY, { isInternal: true, subnets: [] });
    await world.untilPhase('line', 'converged', { revision: 2, maxMs: 20 * 60_000 });
    // Another takes its place, with settings of its own.
    world.daemon.networks.set(PROXY, { isInternal: false, subnets: [] });
    await world.until(() => world.status('line')?.reason?.code === 'network_differs', { what: 'it is told' });
    expect(world.status('line')?.phase).toBe('converged');
  });
});

describe('a network with other settings', () => {
  const internal = { networks: { default: { internal: true } } };

  test('is another one, and the old one goes with what was in it', async ({ makeWorld }) => {
    const world = makeWorld();
    world.startAgent();
    await deploy(world, deployment({ revision: 1 }));
    await deploy(world, deployment({ revision: 2, ...internal }));
    await world.until(() => world.daemon.networks.size === 1, { what: 'the old one is gone' });
    expect([...world.daemon.networks.values()]).toEqual([{ isInternal: true, subnets: [] }]);
    await remove(world, 'line', 3);
    expect(world.daemon.networks.size).toBe(0);
  });

  test('leaves the way back as it was', async ({ makeWorld }) => {
    const world = makeWorld();
    world.startAgent();
    await deploy(world, deployment({ revision: 1 }));
    const [before] = world.up('line');
    world.programs.set('registry.test/app:2', programs.crashesAtOnce);
    world.publish(deployment({ revision: 2, ...internal }));
    await world.untilPhase('line', 'rolled_back', { revision: 2 });
    expect(world.up('line').map(({ id }) => id)).toEqual([before?.id]);
    await world.until(() => world.daemon.networks.size === 1, { what: 'the failed one is gone' });
    expect([...world.daemon.networks.keys()]).toEqual(['line/default']);
  });
});

test('a subnet that another network has ends the update, and is no cause to try at each moment', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  world.startAgent();
  await deploy(world, deployment({ revision: 1 }));
  const message = 'Pool overlaps with other one on this address space';
  world.faults.refusals.set('create_network', { status: 403, message });
  const starts = watchStarts(world);
  const networks = { default: { ipam: { config: [{ subnet: '10.0.0.0/24' }] } } };
  world.publish(deployment({ revision: 2, networks }));
  const status = await world.untilPhase('line', 'rolled_back', { revision: 2 });
  expect(status.reason).toMatchObject({ code: 'subnet_taken', path: 'networks.default' });
  expect(starts).toEqual([]);
  const tries = world.engine?.asked.filter(({ kind }) => kind === 'create_network').length ?? 0;
  // The first network of all; then within the deadline of a minute, up to 30 s apart.
  expect(tries).toBeLessThan(20);
});

test('a network that cannot be left keeps the removal waiting, and is left once it can be', async ({
  makeWorld,
}) => {
  const world = makeWorld();
  world.startAgent();
  await deploy(world, inProxy('line', 1));
  world.faults.plan('leave_network', 'fail', 5);
  world.publish(absent(2));
  await world.until(() => world.status('line')?.reason?.code === 'engine_error', { what: 'why it waits' });
  expect(world.status('line')).toMatchObject({ phase: 'switching', reason: { path: 'networks.proxy' } });
  await world.untilPhase('line', 'removed', { revision: 2 });
  expect(world.daemon.networks.size).toBe(0);
});

describe('a shared volume', () => {
  test('stays with its data, and goes only where a purge names it and nobody uses it', async ({
    makeWorld,
  }) => {
    const world = makeWorld();
    world.startAgent();
    await deploy(world, withMedia('line', 1));
    await deploy(world, withMedia('back', 1));
    const told = await remove(world, 'line', 2, [MEDIA]);
    expect(told.reason).toMatchObject({ code: 'volume_kept', path: 'volumes.media' });
    await remove(world, 'back', 2);
    expect([...world.daemon.volumes.keys()]).toEqual([MEDIA]);
    expect(await remove(world, 'back', 3, ['media', MEDIA])).toMatchObject({ reason: null });
    expect(world.daemon.volumes.size).toBe(0);
  });

  test('that somebody made by hand is used, and kept from every purge', async ({ makeWorld }) => {
    const world = makeWorld();
    world.daemon.volumes.set(MEDIA, { options: { type: 'nfs' } });
    world.daemon.volumes.set('shared/other', { options: {} });
    for (const volume of [MEDIA, 'shared/other']) world.daemon.handMade.add(`volume ${volume}`);
    world.startAgent();
    await deploy(world, withMedia('line', 1));
    const told = await remove(world, 'line', 2, [MEDIA, 'shared/other', 'shared/none']);
    expect(told.reason).toMatchObject({
      code: 'volume_kept',
      message: expect.stringMatching(/media.*; .*other/),
    });
    expect([...world.daemon.volumes.keys()]).toEqual([MEDIA, 'shared/other']);
  });
});

test('that many volumes stay keeps a removal waiting for none of them', async ({ makeWorld }) => {
  const world = makeWorld();
  const kept = Array.from({ length: 40 }, (_, index) => `shared/v${index}`);
  for (const volume of kept) {
    world.daemon.volumes.set(volume, { options: {} });
    world.daemon.handMade.add(`volume ${volume}`);
  }
  world.startAgent();
  await deploy(world, deployment({ revision: 1 }));
  world.publish(absent(2, 'line', kept));
  const told = await world.untilPhase('line', 'removed', { revision: 2, maxMs: 20_000 });
  expect(told.reason).toMatchObject({ code: 'volume_kept', path: 'volumes.v0' });
});

describe('options of a volume', () => {
  const revision = (number: number, options: object) =>
    deployment({
      revision: number,
      services: {
        app: {
          image: 'registry.test/app:1',
          probe: PROBE,
          volumes: [{ type: 'volume', source: 'data', target: '/d' }],
        },
      },
      volumes: { data: { driver_opts: options } },
    });

  test('cannot be changed: the update ends with that reason, and nothing is stopped for it', async ({
    makeWorld,
  }) => {
    const world = makeWorld();
    world.startAgent();
    await deploy(world, revision(1, { type: 'cifs', device: '//nas/a', o: 'password=one' }));
    const starts = watchStarts(world);
    world.publish(revision(2, { type: 'cifs', device: '//nas/a', o: 'password=two' }));
    const status = await world.untilPhase('line', 'rolled_back', { revision: 2 });
    expect(status.reason).toMatchObject({
      ...{ code: 'volume_differs', path: 'volumes.data' },
      message: 'the volume is there already, with other driver_opts: o',
    });
    expect(starts).toEqual([]);
    expect(JSON.stringify([world.toldStatuses('line'), world.toldEvents()])).not.toContain('password=');
  });
});
