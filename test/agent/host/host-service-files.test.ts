import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HostServiceFiles } from '../../../agent/host/host-service-files.ts';
import { ServiceDirectories } from '../../../agent/host/service-directories.ts';
import type { HostMount } from '../../../agent/ports/service-files.ts';
import { type ServiceSpec, specsOf } from '../../../agent/reconcile/service-spec.ts';
import { present } from '../reconcile/situations.ts';

let root: string;
let files: HostServiceFiles;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'holdfast-files-'));
  const [dataDir, runtimeDir] = [path.join(root, 'data'), path.join(root, 'run')];
  files = new HostServiceFiles(new ServiceDirectories({ dataDir, runtimeDir }));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const isRoot = process.getuid?.() === 0;

function specOf(secret: string, { mode = '0440', service = {} } = {}): ServiceSpec {
  const app = {
    configs: [{ source: 'settings' }, { source: 'settings', target: '/etc/again', mode: '0400' }],
    secrets: [{ source: 'token', mode }],
    ...service,
  };
  const contents = { configs: { settings: { content: 'Grüße\0' } }, secrets: { token: { content: secret } } };
  const [spec] = specsOf(present(1, { app }, contents).document);
  if (spec === undefined) throw new Error('no service');
  return spec;
}

async function prepared(spec: ServiceSpec, deployment = 'line'): Promise<readonly HostMount[]> {
  const ready = await files.prepare(deployment, spec);
  if (!ready.ok) throw new Error(`${ready.code}: ${ready.message}`);
  return ready.mounts;
}

async function sourceOf(spec: ServiceSpec, target: string): Promise<string> {
  const mount = (await prepared(spec)).find((one) => one.target === target);
  if (mount === undefined) throw new Error(`nothing at ${target}`);
  return mount.source;
}

const modeOf = (file: string): string => (lstatSync(file).mode & 0o7777).toString(8);
const ownerOf = ({ hash }: ServiceSpec) => ({ service: 'app', spec: hash });

test('configs stand below the data directory, secrets in the runtime directory', async () => {
  const mounts = await prepared(specOf('hunter2'));
  expect(mounts.map(({ target, isReadOnly }) => [target, isReadOnly])).toEqual([
    ['/settings', true],
    ['/etc/again', true],
    ['/run/secrets/token', true],
  ]);
  const [first, second, secret] = mounts.map(({ source }) => source);
  expect(first).toMatch(/\/data\/configs\/line\/app\/[0-9a-f]{12}\/0-settings$/);
  expect(secret).toMatch(/\/run\/secrets\/line\/app\/[0-9a-f]{12}\/2-token$/);
  expect(readFileSync(first ?? '', 'utf8')).toBe('Grüße\0');
  expect(readFileSync(secret ?? '', 'utf8')).toBe('hunter2');
  expect([first, second, secret].map((file = '') => modeOf(file))).toEqual(['444', '400', '440']);
});

test('nobody else on the device can look into their directories', async () => {
  const secret = await sourceOf(specOf('hunter2'), '/run/secrets/token');
  for (let at = path.dirname(secret); at !== path.join(root, 'run'); at = path.dirname(at))
    expect(modeOf(at)).toBe('700');
});

test('a mode is as asked, whatever the umask takes away', async () => {
  const before = process.umask(0o077);
  try {
    expect(modeOf(await sourceOf(specOf('hunter2', { mode: '0666' }), '/run/secrets/token'))).toBe('666');
  } finally {
    process.umask(before);
  }
});

test.runIf(isRoot)('an owner is as asked', async () => {
  const service = { secrets: [{ source: 'token', uid: '1234', gid: '44', mode: '0400' }] };
  const file = await sourceOf(specOf('hunter2', { service }), '/run/secrets/token');
  expect(lstatSync(file)).toMatchObject({ uid: 1234, gid: 44 });
});

test('what is there as asked is left alone, as containers have it mounted', async () => {
  const spec = specOf('hunter2');
  const file = await sourceOf(spec, '/run/secrets/token');
  const { ino } = lstatSync(file);
  await prepared(spec);
  expect(lstatSync(file).ino).toBe(ino);
});

test.each<[string, (file: string) => void]>([
  ['gone, as after a boot', (file) => rmSync(path.dirname(file), { recursive: true })],
  ['cut short, as by a power cut', (file) => writeFileSync(file, '')],
  ['of another mode', (file) => chmodSync(file, 0o777)],
  ['half written, as by an agent that was killed', (file) => writeFileSync(`${file}.new`, 'hun')],
])('a file that is %s is written again', async (_title, spoil) => {
  const spec = specOf('hunter2');
  const file = await sourceOf(spec, '/run/secrets/token');
  chmodSync(file, 0o600);
  spoil(file);
  await prepared(spec);
  expect(readFileSync(file, 'utf8')).toBe('hunter2');
  expect(modeOf(file)).toBe('440');
  expect(existsSync(`${file}.new`)).toBe(false);
});

test('old and new content stand side by side, for a rollback', async () => {
  const [old, next] = [specOf('hunter2'), specOf('hunter3')];
  const before = await sourceOf(old, '/run/secrets/token');
  const after = await sourceOf(next, '/run/secrets/token');
  expect([before, after].map((file) => readFileSync(file, 'utf8'))).toEqual(['hunter2', 'hunter3']);
});

test('what no container has any more is removed, of this deployment alone', async () => {
  const [old, next] = [specOf('hunter2'), specOf('hunter3')];
  const before = await sourceOf(old, '/run/secrets/token');
  const after = await sourceOf(next, '/run/secrets/token');
  const [other] = await prepared(old, 'other');
  await files.collect('line', [ownerOf(next)]);
  expect([before, after, other?.source ?? ''].map((file) => existsSync(file))).toEqual([false, true, true]);
  await files.collect('line', []);
  expect(existsSync(path.join(root, 'run/secrets/line'))).toBe(false);
  expect(existsSync(path.join(root, 'data/configs/line'))).toBe(false);
});

test('a deployment that never had files costs nothing', async () => {
  await files.collect('line', []);
  expect(existsSync(path.join(root, 'run'))).toBe(false);
});

test('what cannot be written is told with its place, and without its content', async () => {
  mkdirSync(path.join(root, 'run'));
  writeFileSync(path.join(root, 'run/secrets'), 'in the way');
  const outcome = await files.prepare('line', specOf('hunter2'));
  expect(outcome).toMatchObject({
    ok: false,
    code: 'io_error',
    message: expect.stringContaining('run/secrets'),
  });
  expect(JSON.stringify(outcome)).not.toContain('hunter2');
});

const beating = specOf('hunter2', { service: { probe: { heartbeat: { target: '/beat' } } } });

test('a heartbeat has a directory that any user can write to', async () => {
  const directory = await sourceOf(beating, '/beat');
  expect(directory).toMatch(/\/run\/heartbeats\/line\/app\/[0-9a-f]{12}$/);
  expect(modeOf(directory)).toBe('1777');
  expect((await prepared(beating)).at(-1)?.isReadOnly).toBe(false);
});

test('a beat is told by the time of the last touch, and by nothing until the first', async () => {
  const directory = await sourceOf(beating, '/beat');
  const read = () => files.readBeat('line', ownerOf(beating), 'beat');
  expect(await read()).toBeNull();
  const file = path.join(directory, 'beat');
  writeFileSync(file, '');
  const first = await read();
  expect(first).not.toBeNull();
  expect(await read()).toBe(first);
  utimesSync(file, 1, 1);
  expect(await read()).toBe('1000000000');
});

test('a link that a container made is not followed', async () => {
  const directory = await sourceOf(beating, '/beat');
  const outside = path.join(root, 'outside');
  writeFileSync(outside, '');
  utimesSync(outside, 1, 1);
  symlinkSync(outside, path.join(directory, 'beat'));
  expect(await files.readBeat('line', ownerOf(beating), 'beat')).not.toBe('1000000000');
  await files.collect('line', []);
  expect(existsSync(outside)).toBe(true);
  expect(existsSync(directory)).toBe(false);
});
