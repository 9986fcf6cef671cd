// Folders of deployments on a real engine: whose they are, that they outlive updates and removals, and that a container
// cannot have the agent reach out of one.
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { absent, present, type Service } from '../support/documents.ts';
import type { Manager } from '../support/manager.ts';
import { waitFor } from '../support/wait-for.ts';
import { World } from '../support/world.ts';

const image = inject('rig').images['hello:1.0.0'].reference;

type Mount = NonNullable<Service['volumes']>[number];

let world: World;
let manager: Manager;
let name: string;
beforeEach(async () => {
  world = new World();
  name = world.name('folder');
  ({ manager } = await world.start());
});
afterEach(() => world.close());

const hostPath = (...parts: readonly string[]): string =>
  path.join(world.dir, 'data/folders', name, ...parts);
const ownerOf = (file: string): string => {
  const { uid, gid, mode } = lstatSync(file);
  return `${uid}:${gid} ${(mode & 0o777).toString(8)}`;
};

/** Runs a shell line and then waits. */
function shell(line: string, volumes: NonNullable<Service['volumes']>, keys: object = {}): Service {
  const command = ['sh', '-c', `${line}; exec sleep 600`];
  return { image, command, stop_grace_period: '1s', volumes, ...keys };
}

const DATA: Mount = { type: 'bind', source: './data', target: '/data' };
const LOG: Mount = {
  type: 'bind',
  source: './data/log',
  target: '/data/log',
  bind: { owner: '0', mode: '0700' },
};

async function deploy(revision: number, services: Readonly<Record<string, Service>>): Promise<void> {
  await manager.publish(name, present(name, revision, services));
  await manager.phase(name, 'converged', revision);
}

const SHUT = `python3 -c 'import os; os.mkdir("/data/shut", 0)'`;

test('data survives an update and a removal, and goes when a removal names it', async () => {
  const user = '1000:1000';
  await deploy(1, { app: shell('echo one >> /data/runs', [DATA, LOG], { user }) });
  await waitFor('the first run', () => existsSync(hostPath('data/runs')));
  expect([ownerOf(hostPath('data')), ownerOf(hostPath('data/log'))]).toEqual(['1000:1000 755', '0:0 700']);
  await deploy(2, { app: shell('echo two >> /data/runs', [DATA], { user }) });
  await waitFor('the second run', () => readFileSync(hostPath('data/runs'), 'utf8') === 'one\ntwo\n');
  await manager.publish(name, absent(name, 3));
  await manager.phase(name, 'removed', 3);
  expect(readFileSync(hostPath('data/runs'), 'utf8')).toBe('one\ntwo\n');
  await deploy(4, { app: shell(`cat /data/runs > /data/copy; ${SHUT}`, [DATA], { user }) });
  await waitFor('what was there', () => existsSync(hostPath('data/shut')));
  expect(readFileSync(hostPath('data/copy'), 'utf8')).toBe('one\ntwo\n');
  await manager.publish(name, absent(name, 5, ['./data']));
  await manager.phase(name, 'removed', 5);
  expect(existsSync(hostPath())).toBe(false);
});

test('a file that was put there before is mounted as it is', async () => {
  mkdirSync(hostPath('conf'), { recursive: true });
  writeFileSync(hostPath('conf/app.conf'), 'by hand');
  const file: Mount = { type: 'bind', source: './conf/app.conf', target: '/app.conf', read_only: true };
  await deploy(1, { app: shell('cat /app.conf > /data/seen', [DATA, file]) });
  await waitFor('the file', () => existsSync(hostPath('data/seen')));
  expect(readFileSync(hostPath('data/seen'), 'utf8')).toBe('by hand');
});

test('a link that a container has put there leads nowhere, neither for a mount nor for a removal', async () => {
  const outside = path.join(world.dir, 'outside');
  mkdirSync(path.join(outside, 'sub'), { recursive: true });
  writeFileSync(path.join(outside, 'sub/precious'), 'x');
  const all: Mount = { type: 'bind', source: './', target: '/all' };
  const bad = shell(`python3 -c 'import os; os.symlink("${outside}", "/all/link")'`, [all]);
  await deploy(1, { bad });
  await waitFor('the link', () => readdirSync(hostPath()).includes('link'));
  const binding = (source: string): Service =>
    shell('true', [{ type: 'bind', source, target: '/x', bind: { owner: '1', mode: '0777' } }]);
  await manager.publish(name, present(name, 2, { bad, app: binding('./link/sub') }));
  const { reason } = await manager.phase(name, 'rolled_back', 2);
  expect(reason).toMatchObject({ code: 'link_in_folder', path: 'services.app' });
  await manager.publish(name, absent(name, 3, ['./']));
  await manager.phase(name, 'removed', 3);
  expect(existsSync(hostPath())).toBe(false);
  expect(readFileSync(path.join(outside, 'sub/precious'), 'utf8')).toBe('x');
  expect(ownerOf(path.join(outside, 'sub'))).toBe(`${process.getuid?.()}:${process.getgid?.()} 755`);
});
