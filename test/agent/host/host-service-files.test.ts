import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HostServiceFiles } from '../../../agent/host/host-service-files.ts';
import { ServiceDirectories } from '../../../agent/host/service-directories.ts';
import { type InstanceSpec, instancesOf } from '../../../agent/model/instance.ts';
import type { HostMount } from '../../../agent/ports/service-files.ts';
import { present } from '../reconcile/situations.ts';

let root: string;
let files: HostServiceFiles;
let warnings: object[];
/** A tree that cannot be removed. */
let stuck: string | null;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'holdfast-files-'));
  const [dataDir, runtimeDir] = [path.join(root, 'data'), path.join(root, 'run')];
  warnings = [];
  stuck = null;
  const logger = { warn: (fields: object) => void warnings.push(fields) };
  const removeTree = (tree: string): void => {
    if (tree === stuck) throw new Error('EBUSY: resource busy');
    rmSync(tree, { recursive: true, force: true });
  };
  files = new HostServiceFiles(new ServiceDirectories({ dataDir, runtimeDir }), logger, removeTree);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const isRoot = process.getuid?.() === 0;

function specOf(secret: string, { mode = '0440', service = {} } = {}): InstanceSpec {
  const app = {
    configs: [{ source: 'settings' }, { source: 'settings', target: '/etc/again', mode: '0400' }],
    secrets: [{ source: 'token', mode }],
    ...service,
  };
  const contents = { configs: { settings: { content: 'Grüße\0' } }, secrets: { token: { content: secret } } };
  const [spec] = instancesOf(present(1, { app }, contents).document.services);
  if (spec === undefined) throw new Error('no service');
  return spec;
}

async function prepared(spec: InstanceSpec, deployment = 'line'): Promise<readonly HostMount[]> {
  const ready = await files.prepare(deployment, spec);
  if (!ready.ok) throw new Error(`${ready.code}: ${ready.message}`);
  return ready.mounts;
}

async function sourceOf(spec: InstanceSpec, target: string): Promise<string> {
  const mount = (await prepared(spec)).find((one) => one.target === target);
  if (mount === undefined) throw new Error(`nothing at ${target}`);
  return mount.source;
}

const modeOf = (file: string): string => (lstatSync(file).mode & 0o7777).toString(8);
const ownerOf = ({ instance, hash }: InstanceSpec) => ({ ...instance, specHash: hash });

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

test('two instances of a service have files of their own, and each goes with its own container', async () => {
  const first = specOf('hunter2', { service: { probe: { heartbeat: { target: '/beat' } } } });
  const second = { ...first, instance: { ...first.instance, index: 1 } };
  const [one, other] = [await sourceOf(first, '/beat/beat'), await sourceOf(second, '/beat/beat')];
  utimesSync(other, 1, 1);
  const beats = [first, second].map((spec) => files.readBeat('line', ownerOf(spec), 'beat'));
  expect((await Promise.all(beats))[1]).toEqual({ kind: 'touched', stamp: '1000000000' });
  expect(await beats[0]).not.toEqual(await beats[1]);
  await files.collect('line', [ownerOf(second)]);
  expect([one, other].map((file) => existsSync(file))).toEqual([false, true]);
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

const beatFile = async () => (await sourceOf(beating, '/beat/beat')) ?? '';
const readBeat = () => files.readBeat('line', ownerOf(beating), 'beat');

test('a heartbeat has a file that any user can touch, and a place where nobody can make another', async () => {
  const mounts = (await prepared(beating)).slice(-2);
  expect(mounts.map(({ target, isReadOnly }) => [target, isReadOnly])).toEqual([
    ['/beat', true],
    ['/beat/beat', false],
  ]);
  const [directory = '', file = ''] = mounts.map(({ source }) => source);
  expect(directory).toMatch(/\/run\/heartbeats\/line\/app\/[0-9a-f]{12}$/);
  expect(file).toBe(path.join(directory, 'beat'));
  expect([directory, file].map(modeOf)).toEqual(['755', '666']);
});

test('a heartbeat that is prepared again is the same file, as containers have it mounted, with its last touch', async () => {
  const file = await beatFile();
  utimesSync(file, 1, 1);
  const { ino } = lstatSync(file);
  await prepared(beating);
  expect(lstatSync(file)).toMatchObject({ ino, mtimeMs: 1000 });
});

test('a beat is told by the time of the last touch', async () => {
  const file = await beatFile();
  const first = await readBeat();
  expect(first.kind).toBe('touched');
  expect(await readBeat()).toEqual(first);
  utimesSync(file, 1, 1);
  expect(await readBeat()).toEqual({ kind: 'touched', stamp: '1000000000' });
  rmSync(file);
  expect(await readBeat()).toEqual({ kind: 'missing' });
});

test('a file that was filled is told as such, and emptied: it takes memory of the device', async () => {
  const file = await beatFile();
  writeFileSync(file, 'x'.repeat(4096));
  expect((await readBeat()).kind).toBe('touched');
  writeFileSync(file, 'x'.repeat(1024 ** 2));
  expect(await readBeat()).toEqual({ kind: 'filled' });
  expect(lstatSync(file).size).toBe(0);
  expect((await readBeat()).kind).toBe('touched');
});

test('a link in the place of the file is not followed', async () => {
  const file = await beatFile();
  const outside = path.join(root, 'outside');
  writeFileSync(outside, 'x'.repeat(1024 ** 2));
  utimesSync(outside, 1, 1);
  rmSync(file);
  symlinkSync(outside, file);
  expect(await readBeat()).not.toEqual({ kind: 'touched', stamp: '1000000000' });
  expect(await files.prepare('line', beating)).toMatchObject({ ok: false, code: 'io_error' });
  await files.collect('line', []);
  expect(lstatSync(outside)).toMatchObject({ size: 1024 ** 2, mtimeMs: 1000 });
  expect(existsSync(path.dirname(file))).toBe(false);
});

test('a tree nested deeper than any path can name is removed', async () => {
  const directory = path.dirname(await beatFile());
  let tree = path.join(directory, 'tree');
  mkdirSync(tree);
  // From the inside out: no step names the whole.
  for (let depth = 0; depth < 30; depth += 1) {
    const outer = path.join(directory, `tree-${depth}`);
    mkdirSync(outer);
    renameSync(tree, path.join(outer, 'd'.repeat(200)));
    tree = outer;
  }
  await files.collect('line', []);
  expect(existsSync(directory)).toBe(false);
});

describe('what cannot be removed', () => {
  test('is told once, and tried again with every deployment until it is gone', async () => {
    const directory = path.dirname(await beatFile());
    stuck = directory;
    await files.collect('line', []);
    await files.collect('other', []);
    expect(warnings).toEqual([{ path: directory, err: 'EBUSY: resource busy' }]);
    stuck = null;
    await files.collect('other', []);
    expect(existsSync(directory)).toBe(false);
    expect(warnings).toHaveLength(1);
  });

  test('is left alone where it is wanted again meanwhile', async () => {
    const file = await beatFile();
    stuck = path.dirname(file);
    await files.collect('line', []);
    stuck = null;
    expect(await beatFile()).toBe(file);
    await files.collect('other', []);
    expect(existsSync(file)).toBe(true);
  });
});
