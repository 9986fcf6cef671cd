// Networks and volumes that deployments share, and fixed addresses, on a real engine: two meet in them, and neither
// takes the other's away.
import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { absent, type Document, hello, present, type Service } from '../support/documents.ts';
import type { Manager } from '../support/manager.ts';
import { waitFor } from '../support/wait-for.ts';
import { World } from '../support/world.ts';

const V1 = inject('rig').images['hello:1.0.0'].reference;
const V2 = inject('rig').images['hello:1.1.0'].reference;

let world: World;
let manager: Manager;

beforeAll(async () => {
  world = new World();
  ({ manager } = await world.start());
});
afterAll(() => world.close());

type Parts = Partial<Pick<Document, 'networks' | 'volumes'>>;

async function deploy(name: string, revision: number, service: Service, parts: Parts = {}): Promise<void> {
  await manager.publish(name, present(name, revision, { hello: service }, parts));
  await manager.phase(name, 'converged', revision);
}

/** A revision that cannot come up, and what is told of it. */
async function fail(
  name: string,
  revision: number,
  service: Service,
  parts: Parts,
  phase: 'failed' | 'rolled_back' = 'failed',
) {
  const update = { healthy_after: '500ms', deadline: '3s' };
  await manager.publish(name, present(name, revision, { hello: service }, { ...parts, update }));
  return manager.phase(name, phase, revision);
}

async function remove(name: string, revision: number, purge: string[] = []) {
  await manager.publish(name, absent(name, revision, purge));
  return manager.phase(name, 'removed', revision);
}

async function networksNamed(name: string): Promise<string[]> {
  const networks = await world.engine.docker.listNetworks();
  return networks.filter(({ Name }) => Name === name).map(({ Id }) => Id);
}

/** Healthy only while it reaches that name: what a reverse proxy does. */
function reaches(other: string): Service {
  const call = `import urllib.request as u; u.urlopen("http://${other}:8080/healthz", timeout=2)`;
  return hello(V1, {
    networks: { default: {}, proxy: {} },
    healthcheck: { test: ['CMD', 'python3', '-c', call], interval: '1s', timeout: '5s', retries: 3 },
  });
}

function inProxy(alias: string, image = V1): Service {
  return hello(image, { networks: { proxy: { aliases: [alias] } } });
}

/** Of the machine no other test uses. */
function subnet(): string {
  return `10.${randomInt(100, 200)}.${randomInt(0, 256)}`;
}

test('two deployments meet in a shared network, and the last one that leaves takes it away', async () => {
  const shared = world.name('proxy');
  const networks = { proxy: { shared } };
  const [back, front] = [world.name('back'), world.name('front')];
  await deploy(back, 1, inProxy('app'), { networks });
  const [id = ''] = await networksNamed(shared);
  expect((await world.engine.docker.getNetwork(id).inspect()).Labels).toEqual({
    'io.holdfast.shared': shared,
  });
  await deploy(front, 1, reaches('app'), { networks });
  expect(await networksNamed(shared)).toEqual([id]);

  const before = await world.engine.identity(back);
  expect((await remove(front, 2)).reason).toBeNull();
  expect(await networksNamed(shared)).toEqual([id]);
  await deploy(back, 2, inProxy('app', V2), { networks });
  expect((await world.engine.identity(back)).id).not.toBe(before.id);
  expect(await networksNamed(shared)).toEqual([id]);
  await remove(back, 3);
  expect(await world.engine.findAll(shared)).toEqual([]);
});

test('a container that is only stopped keeps the network for its start', async () => {
  const shared = world.name('kept');
  const networks = { proxy: { shared } };
  const [one, two] = [world.name('one'), world.name('two')];
  await deploy(one, 1, inProxy('one'), { networks });
  const { docker } = world.engine;
  const stranger = await docker.createContainer({
    ...{ name: world.name('stranger'), Image: V1, Cmd: ['true'] },
    HostConfig: { NetworkMode: shared },
  });
  await stranger.start();
  await stranger.wait();
  await deploy(two, 1, inProxy('two'), { networks });
  await remove(one, 2);
  await remove(two, 2);
  expect(await networksNamed(shared)).toHaveLength(1);
  await stranger.start();
  await stranger.wait();
  await stranger.remove();
});

test('a network that was made by hand is joined and never removed, and its settings are told where others are asked', async () => {
  const shared = world.name('by-hand');
  const part = subnet();
  const IPAM = { Config: [{ Subnet: `${part}.0/24` }] };
  await world.engine.docker.createNetwork({ Name: shared, IPAM, Labels: { made: 'by hand' } });
  const name = world.name('guest');
  const guest = hello(V1, { networks: { default: {}, proxy: { ipv4_address: `${part}.77` } } });
  await deploy(name, 1, guest, { networks: { proxy: { shared } } });
  const { Id: id, NetworkSettings } = await world.engine.running(name);
  expect(NetworkSettings.Networks[shared]?.IPAddress).toBe(`${part}.77`);
  const other = { networks: { proxy: { shared, internal: true } } };
  const told = await fail(name, 2, guest, other, 'rolled_back');
  expect(told.reason).toMatchObject({ code: 'network_differs', path: 'networks.proxy' });
  expect((await world.engine.identity(name)).id).toBe(id);
  await remove(name, 3);
  expect(await world.engine.findAll(shared)).toEqual([`network ${shared}`]);
});

test('a fixed address is in force, also after an update; a subnet or an address that others have is told', async () => {
  const [part, elsewhere] = [subnet(), subnet()];
  const pool = (begin: string) => ({ config: [{ subnet: `${begin}.0/24`, ip_range: `${begin}.128/25` }] });
  const name = world.name('fixed');
  const networks = { proxy: { ipam: pool(part) } };
  const at = (address: string, image = V1) =>
    hello(image, { networks: { proxy: { ipv4_address: address } } });
  const address = async () => {
    const { NetworkSettings } = await world.engine.running(name);
    return Object.values(NetworkSettings.Networks).map(({ IPAddress }) => IPAddress);
  };
  await deploy(name, 1, at(`${part}.10`), { networks });
  expect(await address()).toEqual([`${part}.10`]);
  await deploy(name, 2, at(`${part}.10`, V2), { networks });
  expect(await address()).toEqual([`${part}.10`]);
  await deploy(name, 3, at(`${part}.11`), { networks });
  expect(await address()).toEqual([`${part}.11`]);

  const other = world.name('other');
  const overlapping = await fail(other, 1, at(`${part}.20`), { networks });
  expect(overlapping.reason).toMatchObject({ code: 'subnet_taken', path: 'networks.proxy' });
  expect(overlapping.reason?.hint).toContain(`${name}_proxy`);
  await remove(other, 2);

  const changed = { networks: { proxy: { ...networks.proxy, internal: true } } };
  const beside = await fail(name, 4, at(`${part}.11`), changed, 'rolled_back');
  expect(beside.reason).toMatchObject({ code: 'subnet_taken', path: 'networks.proxy' });
  expect(beside.reason?.hint).toMatch(/^the deployment's own network \S+ has it/);

  const shared = { networks: { proxy: { shared: world.name('subnet'), ipam: pool(elsewhere) } } };
  await deploy(name, 5, at(`${elsewhere}.10`), shared);
  expect(await address()).toEqual([`${elsewhere}.10`]);
  const late = await fail(other, 3, at(`${elsewhere}.10`), shared);
  expect(late.reason).toMatchObject({ code: 'address_taken', path: 'services.hello' });
  await remove(other, 4);
  await remove(name, 6);
  expect(await world.engine.findAll(world.name('subnet'))).toEqual([]);
  expect(await world.engine.findAll(name)).toEqual([]);
});

test('an address where the network has no subnet of its own is refused in words that help', async () => {
  const [shared, name] = [world.name('plain'), world.name('refused')];
  await world.engine.docker.createNetwork({ Name: shared });
  const service = hello(V1, { networks: { proxy: { ipv4_address: '10.99.99.99' } } });
  const told = await fail(name, 1, service, { networks: { proxy: { shared } } });
  expect(told.reason).toMatchObject({ code: 'address_refused', path: 'services.hello' });
  await remove(name, 2);
});

test('a network with other settings takes the place of the old one, and a rollback has the old one', async () => {
  const name = world.name('settings');
  const internal = { networks: { default: { internal: true } } };
  await deploy(name, 1, hello(V1), {});
  await deploy(name, 2, hello(V1), internal);
  const networks = async () =>
    (await world.engine.docker.listNetworks())
      .filter(({ Name }) => Name.includes(name))
      .map(({ Internal }) => Internal);
  await waitFor('the old network to go', async () => (await networks()).length === 1);
  expect(await networks()).toEqual([true]);
  const { id } = await world.engine.identity(name);
  const broken = hello(V1, { command: ['sh', '-c', 'exit 1'], restart: 'no' });
  await fail(name, 3, broken, {}, 'rolled_back');
  expect((await world.engine.identity(name)).id).toBe(id);
  await waitFor('the failed network to go', async () => (await networks()).length === 1);
  expect(await networks()).toEqual([true]);
  await remove(name, 4);
});

test('the data of a shared volume outlives its deployments, and goes only where a purge names it', async () => {
  const shared = world.name('media');
  const [one, two] = [world.name('writer'), world.name('reader')];
  const service = (command: string) =>
    hello(V1, {
      command: ['sh', '-c', `${command} && exec python3 hello.py`],
      volumes: [{ type: 'volume', source: 'media', target: '/media' }],
    });
  const volumes = { media: { shared } };
  await deploy(one, 1, service('echo kept > /media/file'), { volumes });
  await deploy(two, 1, service('read word < /media/file && test $word = kept'), { volumes });
  const told = await remove(one, 2, [`shared/${shared}`]);
  expect(told.reason).toMatchObject({ code: 'volume_kept', path: expect.stringContaining(shared) });
  await deploy(one, 3, service('read word < /media/file && test $word = kept'), { volumes });
  await remove(one, 4);
  await remove(two, 2);
  expect(await world.engine.findAll(shared)).toEqual([`volume ${shared}`]);
  expect((await remove(two, 3, [`shared/${shared}`])).reason).toBeNull();
  expect(await world.engine.findAll(shared)).toEqual([]);
});

test('options of a volume are in force, and a change of them is told and touches nothing', async () => {
  const name = world.name('options');
  const memory = (o: string) => ({ volumes: { data: { driver_opts: { type: 'tmpfs', o } } } }) as const;
  const service = (image: string) =>
    hello(image, { volumes: [{ type: 'volume', source: 'data', target: '/data' }] });
  await deploy(name, 1, service(V1), memory('size=1m'));
  const { id } = await world.engine.identity(name);
  const volume = await world.engine.docker.getVolume(`holdfast_${name}_data`).inspect();
  expect(volume.Options).toEqual({ type: 'tmpfs', device: 'tmpfs', o: 'size=1m' });
  const told = await fail(name, 2, service(V2), memory('size=2m'), 'rolled_back');
  expect(told.reason).toMatchObject({ code: 'volume_differs', path: 'volumes.data' });
  expect((await world.engine.identity(name)).id).toBe(id);

  const share = {
    type: 'cifs',
    device: '//127.0.0.1/none',
    o: 'addr=127.0.0.1,username=u,password=s3cret',
  } as const;
  const lost = world.name('lost');
  const failed = await fail(lost, 1, service(V1), { volumes: { data: { driver_opts: share } } });
  expect(failed.reason).toMatchObject({ code: 'mount_failed', path: 'services.hello' });
  expect(JSON.stringify([manager.statuses, manager.events()])).not.toContain('s3cret');
  await remove(lost, 2, ['data']);
  await remove(name, 3, ['data']);
});
