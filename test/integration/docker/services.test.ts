// Every family of service keys on a real engine: what was asked is in force, by what the engine shows and by what
// a process inside sees.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { DockerEngine } from '../../../agent/docker/docker-engine.ts';
import { HostFolders } from '../../../agent/host/host-folders.ts';
import { HostServiceFiles } from '../../../agent/host/host-service-files.ts';
import { ServiceDirectories } from '../../../agent/host/service-directories.ts';
import { StepApplier } from '../../../agent/loop/step-applier.ts';
import { instancesOf } from '../../../agent/model/instance.ts';
import type { Step, StepOutcome } from '../../../agent/model/steps.ts';
import { desiredOf } from '../../fakes/desired.ts';
import { createNetwork, createVolume } from '../../fakes/resources.ts';
import { silent } from '../../fakes/silent-logger.ts';
import { type Document, present, type Service } from '../support/documents.ts';
import type { Container } from '../support/test-engine.ts';
import { World } from '../support/world.ts';

const rig = inject('rig');
const image = rig.images['hello:1.0.0'].reference;
const IDLE = ['sleep', '600'];

let world: World;
let engine: DockerEngine;
let applier: StepApplier;
let name: string;
beforeEach(async () => {
  world = new World();
  name = world.name('services');
  const directories = new ServiceDirectories({ dataDir: world.dir, runtimeDir: world.dir });
  engine = new DockerEngine({
    socketPath: world.engine.socketPath,
    credentialsFor: () => null,
    readLimits: () => null,
  });
  applier = new StepApplier({
    engine,
    files: new HostServiceFiles(directories, silent),
    folders: new HostFolders(directories),
  });
  const { Arch: architecture } = await world.engine.docker.version();
  const { signal } = new AbortController();
  const pulled = await engine.pullImage(image, {
    architecture,
    platform: null,
    signal,
    onProgress: () => {},
  });
  expect(pulled).toEqual({ ok: true });
});
afterEach(() => world.close());

/** Of a container: as ours have it, one that no other has. */
const newName = (): string => `${name}-${randomBytes(4).toString('hex')}`;

/** Carries out what makes one service run, and fails where the engine refuses. */
async function start(service: Partial<Service>, rest: Partial<Document> = {}): Promise<Container> {
  const [container] = await startAll({ app: { image, command: IDLE, ...service } }, rest);
  if (container === undefined) throw new Error('unreachable: one service was started');
  return container;
}

/** Services in the order in which they are written. */
async function startAll(
  services: Document['services'],
  rest: Partial<Document> = {},
): Promise<readonly Container[]> {
  const created: Container[] = [];
  const document = documentOf(services, rest);
  await done(createNetwork('default'));
  for (const { name: volume } of document.volumes) await done(createVolume(volume));
  const peers: Record<string, string> = {};
  for (const spec of instancesOf(document.services)) {
    const { container } = await done({ kind: 'create_container', spec, name: newName(), peers });
    if (container === undefined) throw new Error('a creation tells its container');
    await done({ kind: 'start_container', spec, container });
    const shown = await world.engine.inspect(container);
    if (shown === null) throw new Error('gone as soon as it was made');
    created.push(shown);
    peers[spec.name] = container;
  }
  return created;
}

function documentOf(services: Document['services'], rest: Partial<Document>) {
  return desiredOf(present(name, 1, services, rest));
}

async function done(step: Step): Promise<StepOutcome & { ok: true }> {
  const outcome = await applier.apply(name, step);
  if (!outcome.ok) throw new Error(`${step.kind}: ${outcome.code}: ${outcome.message}`);
  return outcome;
}

/** What a shell inside prints, both streams, without the last newline. */
async function inside({ Id }: Container, script: string): Promise<string> {
  const exec = await world.engine.docker.getContainer(Id).exec({
    Cmd: ['sh', '-c', script],
    AttachStdout: true,
    AttachStderr: true,
    Tty: true,
  });
  return (await readAll(await exec.start({ Tty: true }))).replaceAll('\r', '').trimEnd();
}

/** A field of a process's own status, as the kernel shows it. */
async function status(container: Container, field: string): Promise<string> {
  const all = await inside(container, 'cat /proc/self/status');
  return new RegExp(`^${field}:\\s*(.*)$`, 'm').exec(all)?.[1] ?? `no ${field} in: ${all}`;
}

/** How something is mounted, by the line of the kernel's list. */
async function mountedAt(container: Container, target: string): Promise<string> {
  const lines = (await inside(container, 'cat /proc/mounts')).split('\n');
  return lines.find((line) => line.split(' ')[1] === target) ?? `nothing at ${target}`;
}

/** The identities of its namespaces, which two processes have in common where they share one. */
async function namespaces(container: Container, ...kinds: string[]): Promise<string> {
  const links = kinds.map((kind) => `os.readlink("/proc/self/ns/${kind}")`).join(', ');
  const shown = await inside(container, `python3 -c 'import os; print(${links})'`);
  expect(shown).toMatch(new RegExp(`^${kinds.map((kind) => `${kind}:\\[\\d+\\]`).join(' ')}$`));
  return shown;
}

const NET_RAW_BIT = 13n;
const SYS_TIME_BIT = 25n;
const hasCapability = (mask: string, bit: bigint): boolean => (BigInt(`0x${mask}`) >> bit) % 2n === 1n;

test('a silent service has bounded logs, an init process, and may gain no privileges', async () => {
  const app = await start({});
  expect(app.HostConfig.LogConfig).toEqual({
    Type: 'json-file',
    Config: { 'max-size': '10m', 'max-file': '3' },
  });
  expect(await inside(app, 'cat /proc/1/comm')).toMatch(/init/);
  expect(await status(app, 'NoNewPrivs')).toBe('1');
});

test('init, no-new-privileges and logging are as the service says', async () => {
  const app = await start({
    init: false,
    security_opt: ['no-new-privileges:false'],
    logging: { driver: 'local', options: { 'max-size': '1m' } },
  });
  expect(await inside(app, 'cat /proc/1/comm')).toBe('sleep');
  expect(await status(app, 'NoNewPrivs')).toBe('0');
  expect(app.HostConfig.LogConfig).toEqual({ Type: 'local', Config: { 'max-size': '1m' } });
});

test('json-file keeps the bound that the service does not set', async () => {
  const app = await start({ logging: { options: { 'max-size': '2m' } } });
  expect(app.HostConfig.LogConfig).toEqual({
    Type: 'json-file',
    Config: { 'max-size': '2m', 'max-file': '3' },
  });
});

test('logs that cannot be read are an outcome that says so', async () => {
  const app = await start({ logging: { driver: 'none' } });
  const step: Step = { kind: 'read_last_logs', service: 'app', index: 0, container: app.Id };
  expect(await engine.carryOut(name, step)).toMatchObject({
    ok: false,
    message: expect.stringContaining('does not support reading'),
  });
});

test('a probe reaches what has the host’s network, and what has another service’s', async () => {
  const joins = { app: { condition: 'service_started' } } as const;
  const [app] = await startAll({
    app: { image, command: IDLE },
    side: { image, command: IDLE, network_mode: 'service:app', depends_on: joins },
    host: { image, command: IDLE, network_mode: 'host' },
  });
  const address = app?.NetworkSettings.Networks[`holdfast_${name}_default`]?.IPAddress;
  expect(address).toMatch(/^\d+\./);
  const { containers } = await engine.observe(name);
  expect(Object.fromEntries(containers.map((shown) => [shown.service, shown.address]))).toEqual({
    app: address,
    side: address,
    host: '127.0.0.1',
  });
});

test('capabilities are dropped and added', async () => {
  const [bare, changed] = await startAll({
    bare: { image, command: IDLE },
    changed: { image, command: IDLE, cap_drop: ['NET_RAW'], cap_add: ['SYS_TIME'] },
  });
  const masks = await Promise.all(
    [bare, changed].map((container) => (container ? status(container, 'CapBnd') : '0')),
  );
  expect(masks.map((mask) => hasCapability(mask, NET_RAW_BIT))).toEqual([true, false]);
  expect(masks.map((mask) => hasCapability(mask, SYS_TIME_BIT))).toEqual([false, true]);
});

test('a root file system that is read only, with room where tmpfs is', async () => {
  const app = await start({
    read_only: true,
    tmpfs: ['/run', '/cache:size=64k,mode=750'],
    volumes: [{ type: 'tmpfs', target: '/scratch', tmpfs: { size: '128k', mode: '0700' } }],
  });
  expect(await inside(app, 'touch /x || echo refused')).toContain('refused');
  expect(await inside(app, 'touch /run/x /cache/x /scratch/x && echo good')).toBe('good');
  expect(await mountedAt(app, '/cache')).toMatch(/size=64k,mode=750/);
  expect(await mountedAt(app, '/scratch')).toMatch(/size=128k,mode=700/);
});

test('user, groups, labels, working directory and a name', async () => {
  const app = await start({
    user: '1000:1000',
    group_add: ['20', '44'],
    labels: { 'com.example.team': 'vision' },
    hostname: 'edge',
    working_dir: '/srv',
  });
  expect(await inside(app, 'id -u; id -G; cat /proc/sys/kernel/hostname; pwd')).toBe(
    '1000\n1000 20 44\nedge\n/srv',
  );
  expect(app.Config.Labels).toMatchObject({
    'com.example.team': 'vision',
    'io.holdfast.deployment': name,
    'io.holdfast.service': 'app',
  });
});

test('the device’s own name, a domain behind a name, and a weight', async () => {
  const [plain, named] = await startAll({
    plain: { image, command: IDLE, uts: 'host' },
    named: { image, command: IDLE, hostname: 'edge', domainname: 'plant.example', cpu_shares: 512 },
  });
  if (plain === undefined || named === undefined) throw new Error('unreachable: two were started');
  expect(await inside(plain, 'cat /proc/sys/kernel/hostname')).toBe(hostname());
  expect(await inside(named, 'cat /proc/sys/kernel/hostname')).toBe('edge');
  expect(await inside(named, 'cat /etc/hosts')).toMatch(/\sedge\.plant\.example edge$/m);
  expect(named.HostConfig.CpuShares).toBe(512);
});

test('a device at another path, and a rule of the kernel for further ones', async () => {
  const app = await start({
    devices: [{ source: '/dev/null', target: '/dev/hole', permissions: 'rw' }],
    device_cgroup_rules: ['c 10:232 r'],
  });
  expect(await inside(app, 'test -c /dev/hole && echo x > /dev/hole && echo good')).toBe('good');
  expect(app.HostConfig).toMatchObject({
    Devices: [{ PathOnHost: '/dev/null', PathInContainer: '/dev/hole', CgroupPermissions: 'rw' }],
    DeviceCgroupRules: ['c 10:232 r'],
  });
});

test('ulimits, sysctls, shared memory, a reservation, CPUs and an OOM score', async () => {
  const app = await start({
    ulimits: { nofile: { soft: 512, hard: 1024 }, core: { soft: 0, hard: 0 } },
    sysctls: { 'net.ipv4.ip_unprivileged_port_start': '80' },
    shm_size: '8m',
    deploy: { resources: { limits: { memory: '64M' }, reservations: { memory: '32M' } } },
    cpuset: '0',
    oom_score_adj: 321,
  });
  expect(await inside(app, 'ulimit -Sn; ulimit -Hn; ulimit -c')).toBe('512\n1024\n0');
  expect(await inside(app, 'cat /proc/sys/net/ipv4/ip_unprivileged_port_start')).toBe('80');
  expect(await mountedAt(app, '/dev/shm')).toContain('size=8192k');
  expect(await status(app, 'Cpus_allowed_list')).toBe('0');
  expect(await inside(app, 'cat /proc/1/oom_score_adj')).toBe('321');
  expect(app.HostConfig.MemoryReservation).toBe(32 * 1024 * 1024);
});

test('name servers, search domains and hosts of its own', async () => {
  const app = await start({
    extra_hosts: { printer: ['10.1.2.3', 'fd00::3'], device: ['host-gateway'] },
    dns: ['10.9.8.7'],
    dns_search: ['plant.example'],
    dns_opt: ['ndots:2'],
  });
  const hosts = await inside(app, 'cat /etc/hosts');
  expect(hosts).toMatch(/^10\.1\.2\.3\s+printer$/m);
  expect(hosts).toMatch(/^fd00::3\s+printer$/m);
  expect(hosts).toMatch(/^\d+\.\d+\.\d+\.\d+\s+device$/m);
  expect(await inside(app, 'cat /etc/resolv.conf')).toMatch(/search plant\.example[\s\S]*ndots:2/);
  expect(app.HostConfig.Dns).toEqual(['10.9.8.7']);
});

test('without a network only the loopback is there; in the host’s network the host’s is', async () => {
  const [none, host] = await startAll({
    none: { image, command: IDLE, network_mode: 'none' },
    host: { image, command: IDLE, network_mode: 'host' },
  });
  if (none === undefined || host === undefined) throw new Error('two were started');
  expect(await inside(none, 'ls /sys/class/net')).toBe('lo');
  expect(await namespaces(host, 'net')).not.toBe(await namespaces(none, 'net'));
  expect([none, host].map(({ HostConfig }) => HostConfig.NetworkMode)).toEqual(['none', 'host']);
});

test('network, memory and processes of another service are shared', async () => {
  const joins = { app: { condition: 'service_started' } } as const;
  const [app, side] = await startAll({
    app: { image, command: IDLE, ipc: 'shareable' },
    side: {
      ...{ image, command: IDLE, depends_on: joins },
      ...{ network_mode: 'service:app', ipc: 'service:app', pid: 'service:app' },
    },
  });
  if (app === undefined || side === undefined) throw new Error('two were started');
  expect(await namespaces(side, 'net', 'ipc', 'pid')).toBe(await namespaces(app, 'net', 'ipc', 'pid'));
});

test('a service may be made before the one whose network it joins runs, and starts only after it', async () => {
  const joins = { app: { condition: 'service_started' } } as const;
  const document = documentOf(
    {
      app: { image, command: IDLE },
      side: { image, command: IDLE, network_mode: 'service:app', depends_on: joins },
    },
    {},
  );
  const [app, side] = instancesOf(document.services);
  if (app === undefined || side === undefined) throw new Error('two were written');
  await done(createNetwork('default'));
  const { container: host = '' } = await done({
    kind: 'create_container',
    spec: app,
    name: newName(),
    peers: {},
  });
  const { container = '' } = await done({
    kind: 'create_container',
    spec: side,
    name: newName(),
    peers: { app: host },
  });
  const starting: Step = { kind: 'start_container', spec: side, container };
  expect(await engine.carryOut(name, starting)).toMatchObject({
    ok: false,
    message: expect.stringContaining('non running container'),
  });
  await done({ kind: 'start_container', spec: app, container: host });
  await done(starting);
  const { containers } = await engine.observe(name);
  expect(containers.find(({ service }) => service === 'side')?.joins).toEqual([host]);
});

test('mounts: a volume that starts empty, a host path that is made, one that is missed', async () => {
  const made = path.join(world.dir, 'made');
  const volume = { type: 'volume', source: 'data', target: '/app', volume: { nocopy: true } } as const;
  const bind = { type: 'bind', source: made, target: '/made', read_only: true } as const;
  const app = await start(
    { volumes: [volume, { ...bind, bind: { create_host_path: true, propagation: 'private' } }] },
    { volumes: { data: {} } },
  );
  expect(existsSync(made)).toBe(true);
  expect(await inside(app, 'ls /app; touch /made/x || echo refused')).toMatch(/^touch: .*\nrefused$/);
  expect(app.Mounts).toContainEqual(
    expect.objectContaining({ Destination: '/made', Propagation: 'private' }),
  );
  const missing = { ...bind, source: path.join(world.dir, 'missing') };
  await expect(start({ hostname: 'other', volumes: [missing] })).rejects.toThrow(
    'bind source path does not exist',
  );
});

test('what this engine is too old for is told, and no container made', async () => {
  const { ApiVersion } = await world.engine.docker.version();
  const volume = { type: 'volume', source: 'data', target: '/data', volume: { subpath: 'a' } } as const;
  const { services } = documentOf({ app: { image, volumes: [volume] } }, { volumes: { data: {} } });
  const [spec] = instancesOf(services);
  if (spec === undefined) throw new Error('one was written');
  const outcome = await applier.apply(name, { kind: 'create_container', spec, name: newName(), peers: {} });
  const isOld = Number(ApiVersion.split('.')[1]) < 45;
  expect(outcome).toMatchObject(isOld ? { ok: false, code: 'engine_too_old' } : { ok: true });
  expect(await world.engine.containersOf(name)).toHaveLength(isOld ? 0 : 1);
});

test('a shared network that deployments ask for at the same moment is made once', async () => {
  const shared = newName();
  const deployments = ['a', 'b', 'c', 'd'];
  const asked = createNetwork(`shared/${shared}`);
  const made = await Promise.all(deployments.map((other) => engine.carryOut(other, asked)));
  const named = async () => (await world.engine.docker.listNetworks()).filter(({ Name }) => Name === shared);
  const there = await named();
  const left = await Promise.all(
    deployments.map((other) => engine.carryOut(other, { kind: 'leave_network', network: asked.network })),
  );
  for (const { Id } of await named()) await world.engine.docker.getNetwork(Id).remove();
  expect(there).toHaveLength(1);
  expect([...made, ...left]).toEqual(Array.from({ length: 8 }, () => ({ ok: true })));
});
