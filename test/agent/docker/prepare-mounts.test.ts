// For whom folders are made: the user that the service names, else the image's.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectDocker } from '../../../agent/docker/client.ts';
import { prepareMounts } from '../../../agent/docker/prepare-mounts.ts';
import type { Folders } from '../../../agent/ports/folders.ts';
import type { FilesReady } from '../../../agent/ports/service-files.ts';
import { MisbehavingEngine } from '../../fakes/misbehaving-engine.ts';
import { NO_FOLDERS } from '../../fakes/no-folders.ts';
import { present } from '../reconcile/situations.ts';

let dir: string;
let daemon: MisbehavingEngine;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'hf-mounts-'));
  daemon = await MisbehavingEngine.start(join(dir, 'engine.sock'), join(dir, 'none.sock'));
});
afterEach(async () => {
  await daemon.stop();
  rmSync(dir, { recursive: true, force: true });
});

const OWN = { source: '/own', target: '/own', isReadOnly: true };
const FOLDER = { source: '/folder', target: '/data', isReadOnly: false };
const BIND = { volumes: [{ type: 'bind', source: './data', target: '/data' }] };

async function prepare(service: object, outcome: FilesReady = { ok: true, mounts: [FOLDER] }) {
  const [spec] = present(1, { web: service }).document.services;
  if (spec === undefined) throw new Error('unreachable: one service was written');
  const users: string[] = [];
  const folders: Folders = {
    ...NO_FOLDERS,
    make: (_deployment, _folders, user) => {
      users.push(user);
      return Promise.resolve(outcome);
    },
  };
  const files = {
    prepare: () => Promise.resolve({ ok: true, mounts: [OWN] } as const),
    collect: () => Promise.resolve(),
  };
  const docker = connectDocker(daemon.socketPath);
  return { ready: await prepareMounts({ docker, files, folders }, 'line', spec), users };
}

function imageIs(answer: Parameters<MisbehavingEngine['misbehave']>[2]): void {
  daemon.misbehave('GET', /^\/images\/web(:|%3A)1\/json/, answer);
}

test('a service that binds nothing of the folder makes nothing, and asks nothing', async () => {
  const bind = { volumes: [{ type: 'bind', source: '/srv', target: '/data' }] };
  expect(await prepare(bind)).toEqual({ ready: { ok: true, mounts: [OWN] }, users: [] });
});

test.for([
  ['what the service says', { user: '1000:44' }, '1000:44'],
  ["else the image's", {}, 'app'],
] as const)('the user is %s', async ([, service, user]) => {
  imageIs({ kind: 'lines', lines: [{ Config: { User: 'app' } }] });
  const { ready, users } = await prepare({ ...BIND, ...service });
  expect(ready).toEqual({ ok: true, mounts: [OWN, FOLDER] });
  expect(users).toEqual([user]);
});

test('an image that has gone meanwhile keeps no container from its start', async () => {
  imageIs({ kind: 'error', status: 404, message: 'No such image' });
  expect((await prepare(BIND)).users).toEqual(['']);
});

test('a folder that cannot be made is the outcome', async () => {
  const failure = { ok: false, code: 'no_space', message: 'full' } as const;
  expect((await prepare({ ...BIND, user: '0' }, failure)).ready).toEqual(failure);
});
