// Creations that the engine refuses: what is there already counts as done, whatever words engines have for it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { carryOut } from '../../../agent/docker/carry-out.ts';
import { connectDocker } from '../../../agent/docker/client.ts';
import { instancesOf } from '../../../agent/model/instance.ts';
import type { ImageProcess } from '../../../agent/ports/engine.ts';
import { MisbehavingEngine } from '../../fakes/misbehaving-engine.ts';
import { present } from '../reconcile/situations.ts';

const [SPEC] = instancesOf(present(1, { web: { network_mode: 'none' } }).document.services);
const NAME = 'line-web-1';
const OURS = {
  'io.holdfast.deployment': 'line',
  'io.holdfast.service': 'web',
  'io.holdfast.spec': SPEC?.hash ?? '',
};

let dir: string;
let daemon: MisbehavingEngine;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'hf-carry-'));
  daemon = await MisbehavingEngine.start(join(dir, 'engine.sock'), join(dir, 'none.sock'));
  daemon.misbehave('GET', /^\/images\/web:1\/json/, {
    kind: 'lines',
    lines: [{ Config: { Entrypoint: ['/init'], Cmd: null } }],
  });
});
afterEach(async () => {
  await daemon.stop();
  rmSync(dir, { recursive: true, force: true });
});

function refuse(status: number, message: string): void {
  daemon.misbehave('POST', /^\/containers\/create/, { kind: 'error', status, message });
}

function show(labels: object | null): void {
  const url = new RegExp(`^/containers/${NAME}/json`);
  if (labels === null)
    daemon.misbehave('GET', url, { kind: 'error', status: 404, message: 'No such container' });
  else daemon.misbehave('GET', url, { kind: 'lines', lines: [{ Id: 'c1', Config: { Labels: labels } }] });
}

function create(spec = SPEC, process: ImageProcess | null = null) {
  if (spec === undefined) throw new Error('unreachable: one service was written');
  const docker = connectDocker(daemon.socketPath);
  return carryOut({ docker, pythonHook: null }, 'line', {
    kind: 'create_container',
    spec,
    name: NAME,
    peers: {},
    mounts: [],
    process,
  });
}

test.each([
  ['Docker', 409, 'Conflict. The container name "/line-web-1" is already in use by container "c1"'],
  ['Podman', 500, 'the container name "line-web-1" is already in use by c1'],
])('a container that an earlier try has made is found, as %s says it', async (_engine, status, message) => {
  refuse(status, message);
  show(OURS);
  expect(await create()).toEqual({ ok: true, container: 'c1' });
});

test.each([
  ['another service', { 'io.holdfast.service': 'db' }],
  ['another instance', { 'io.holdfast.service': 'web#1' }],
  ['another spec', { 'io.holdfast.spec': 'sha256:other' }],
])('a container of that name of %s is told', async (_whose, labels) => {
  refuse(409, 'Conflict. The container name is already in use');
  show({ ...OURS, ...labels });
  expect(await create()).toMatchObject({ ok: false, code: 'name_taken' });
});

test.each([
  [409, 'Conflict. The operation is not permitted now', 'conflict'],
  [404, 'No such image: r.test/a:1', 'image_missing'],
  [400, 'invalid mount config', 'refused_by_engine'],
])('what the engine refuses for another reason (%i) keeps its own', async (status, message, code) => {
  refuse(status, message);
  show(null);
  expect(await create()).toMatchObject({ ok: false, code, message });
});

test('an image that is gone when its configuration is looked at is missing', async () => {
  const [other] = instancesOf(present(2, { web: { network_mode: 'none' } }).document.services);
  daemon.misbehave('GET', /^\/images\/web:2\/json/, {
    kind: 'error',
    status: 404,
    message: 'No such image: web:2',
  });
  expect(await create(other)).toMatchObject({ ok: false, code: 'image_missing' });
});

test('an image that was looked at already is not looked at again', async () => {
  const [silent] = instancesOf(present(2, { web: { network_mode: 'none' } }).document.services);
  const look = daemon.misbehave('GET', /^\/images\/web:2\/json/, { kind: 'lines', lines: [{ Config: {} }] });
  const creation = daemon.misbehave('POST', /^\/containers\/create/, {
    kind: 'lines',
    lines: [{ Id: 'c2' }],
  });
  expect(await create(silent, { Entrypoint: ['/init'] })).toEqual({ ok: true, container: 'c2' });
  expect(look.hits()).toBe(0);
  expect(creation.hits()).toBe(1);
  expect(await create(silent)).toEqual({ ok: true, container: 'c2' });
  expect(look.hits()).toBe(1);
});
