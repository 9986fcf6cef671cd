// Configs, secrets and heartbeats on a real engine: what a process inside finds, who else could see it, and that
// a loop which hangs without a port is caught.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import type { Status } from '../../../protocol/reports/status.ts';
import type { AgentProcess } from '../support/agent-process.ts';
import { absent, type Document, present, type Service } from '../support/documents.ts';
import type { Manager } from '../support/manager.ts';
import type { Container } from '../support/test-engine.ts';
import { waitFor } from '../support/wait-for.ts';
import { World } from '../support/world.ts';

const image = inject('rig').images['hello:1.0.0'].reference;
const SECRET = 'hunter2-and-more';
const IDLE: Service = { image, command: ['sleep', '600'], stop_grace_period: '1s', user: '1000:1000' };

let world: World;
let manager: Manager;
let agent: AgentProcess;
let name: string;
beforeEach(async () => {
  world = new World();
  name = world.name('files');
  ({ manager, agent } = await world.start());
});
afterEach(() => world.close());

async function deploy(revision: number, app: Service, rest: Partial<Document> = {}): Promise<Container> {
  await manager.publish(name, present(name, revision, { app }, rest));
  await manager.phase(name, 'converged', revision);
  return world.engine.running(name, 'app');
}

/** What a shell inside prints, both streams. */
async function inside({ Id }: Container, script: string, User = '1000'): Promise<string> {
  const Cmd = ['sh', '-c', script];
  const streams = { AttachStdout: true, AttachStderr: true, Tty: true };
  const exec = await world.engine.docker.getContainer(Id).exec({ Cmd, User, ...streams });
  return (await readAll(await exec.start({ Tty: true }))).replaceAll('\r', '').trimEnd();
}

const contents = (secret: string): Partial<Document> => ({
  configs: { settings: { content: 'level = "info"' } },
  secrets: { token: { content: secret } },
});
const WITH_FILES: Service = {
  ...IDLE,
  configs: [{ source: 'settings', target: '/etc/app/app.conf' }],
  secrets: [{ source: 'token', uid: '1000', mode: '0400' }],
};

test('files are there with their content, owner and mode, and cannot be changed', async () => {
  const app = await deploy(1, WITH_FILES, contents(SECRET));
  expect(await inside(app, 'cat /etc/app/app.conf')).toBe('level = "info"');
  expect(await inside(app, 'cat /run/secrets/token')).toBe(SECRET);
  const show = (file: string): Promise<string> =>
    inside(app, `python3 -c 'import os; s = os.stat("${file}"); print(s.st_uid, s.st_gid, oct(s.st_mode))'`);
  expect(await show('/run/secrets/token')).toBe('1000 0 0o100400');
  expect(await show('/etc/app/app.conf')).toBe('0 0 0o100444');
  expect(await inside(app, 'echo x > /run/secrets/token', '0')).toContain('Read-only file system');
});

test('a secret is below the runtime directory and in nothing that is told, logged or shown', async () => {
  const app = await deploy(1, WITH_FILES, contents(SECRET));
  const source = app.Mounts.find(({ Destination }) => Destination === '/run/secrets/token')?.Source ?? '';
  expect(source.startsWith(path.join(world.dir, 'secrets', name))).toBe(true);
  expect(readFileSync(source, 'utf8')).toBe(SECRET);
  const told = { statuses: manager.statuses, events: manager.events(), states: manager.states };
  for (const [what, shown] of Object.entries({ app, told, log: agent.log, output: agent.output }))
    expect(JSON.stringify(shown), what).not.toContain(SECRET);
});

test('other content makes a new container, and the files of the old one go with it', async () => {
  const before = await deploy(1, WITH_FILES, contents(SECRET));
  const source = before.Mounts.find(({ Destination }) => Destination === '/run/secrets/token')?.Source ?? '';
  const same = await deploy(2, WITH_FILES, contents(SECRET));
  expect(same.Id).toBe(before.Id);
  const after = await deploy(3, WITH_FILES, contents('hunter3'));
  expect(after.Id).not.toBe(before.Id);
  expect(await inside(after, 'cat /run/secrets/token')).toBe('hunter3');
  await waitFor('the old secret to go', () => !existsSync(source));
  await manager.publish(name, absent(name, 4));
  await manager.phase(name, 'removed', 4);
  const homes = ['secrets', 'data/configs'].map((home) => path.join(world.dir, home, name));
  await waitFor('all files to go', () => homes.every((home) => !existsSync(home)), {
    lastSeen: () => homes.filter((home) => existsSync(home)),
  });
});

/** Touches its file ten times a second, until it finds that it should hang. */
const LOOP = `
import os, pathlib, time
while not os.path.exists('/tmp/hang'):
    pathlib.Path('/beat/loop').touch()
    time.sleep(0.1)
os.remove('/tmp/hang')
time.sleep(600)
`;

test('a loop without a port and without a network is healthy while it beats, and restarted when it hangs', async () => {
  const heartbeat = { target: '/beat', file: 'loop', max_age: '1s' };
  const probe = { heartbeat, interval: '500ms', failures: 2, grace: '3s' };
  const loop = { ...IDLE, command: ['python3', '-c', LOOP], user: '1000:1000', network_mode: 'none', probe };
  const app = await deploy(1, loop);
  expect(manager.latest(name)?.services.app?.health).toBe('healthy');
  await inside(app, 'touch /tmp/hang');
  const event = await manager.event(
    'the hang',
    ({ type, service }) => type === 'service_failed' && service === 'app',
  );
  expect(event).toMatchObject({ code: 'unhealthy' });
  const again = await world.engine.untilRunning(
    name,
    ({ State }) => State.StartedAt !== app.State.StartedAt,
    'app',
  );
  expect(again.Id).toBe(app.Id);
  const isWell = ({ phase, services }: Status): boolean =>
    phase === 'converged' && services.app?.health === 'healthy' && services.app.restarts > 0;
  await manager.status(name, 'healthy after its restart', isWell);
});

const BEATS = `
import pathlib, time
while True:
    pathlib.Path('/beat/beat').touch()
    time.sleep(0.3)
`;
const TRIES = `
import os
for attempt in (
    lambda: os.mkdir('/beat/deep'),
    lambda: open('/beat/other', 'w'),
    lambda: os.remove('/beat/beat'),
    lambda: os.rename('/beat/beat', '/beat/gone'),
):
    try:
        attempt()
        print('done')
    except OSError as error:
        print(error.errno)
`;
/** Again and again: the agent empties the file at each look. */
const FILLS = `
import time
for _ in range(50):
    open('/beat/beat', 'wb').write(bytes(1000000))
    time.sleep(0.1)
`;

test('a container can make nothing but its beat in what the agent mounts, not even as root', async () => {
  const probe = {
    heartbeat: { target: '/beat', max_age: '1h' },
    interval: '500ms',
    failures: 1,
    grace: '0s',
  };
  const app = await deploy(1, { ...IDLE, command: ['python3', '-c', BEATS], probe });
  // EROFS or EBUSY.
  expect(await inside(app, `python3 -c "${TRIES}"`, '0')).toMatch(/^(?:(?:30|16)\n?){4}$/);
  await inside(app, `python3 -c "${FILLS}"`);
  const event = await manager.event('the full beat', ({ type }) => type === 'service_failed');
  expect(event.message).toContain('/beat/beat was filled');
});

test('files that are gone, as after a boot, are there again before their container starts', async () => {
  const { Id } = await deploy(1, WITH_FILES, contents(SECRET));
  await agent.kill();
  const container = world.engine.docker.getContainer(Id);
  await container.stop({ t: 0 });
  rmSync(path.join(world.dir, 'secrets'), { recursive: true });
  await expect(container.start()).rejects.toThrow('bind source path does not exist');
  await world.agent();
  const again = await world.engine.untilRunning(name, (one) => one.Id === Id, 'app');
  expect(await inside(again, 'cat /run/secrets/token')).toBe(SECRET);
});
