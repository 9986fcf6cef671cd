import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HostFolders } from '../../../agent/host/host-folders.ts';
import type { ServiceFolder } from '../../../agent/model/service-folder.ts';
import { present } from '../reconcile/situations.ts';

const isRoot = process.getuid?.() === 0;

let root: string;
let folders: HostFolders;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'holdfast-folders-'));
  folders = new HostFolders({ folders: path.join(root, 'folders') });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function foldersAsked(...volumes: readonly { source: string; bind?: object }[]): readonly ServiceFolder[] {
  const mounts = volumes.map((mount, index) => ({ type: 'bind', target: `/t${index}`, ...mount }));
  const [spec] = present(1, { app: { volumes: mounts } }).document.services;
  if (spec === undefined) throw new Error('no service');
  return spec.service.folders;
}

async function make(
  user: string,
  ...volumes: readonly { source: string; bind?: object }[]
): Promise<string[]> {
  const ready = await folders.make('line', foldersAsked(...volumes), user);
  if (!ready.ok) throw new Error(`${ready.code}: ${ready.message}`);
  return ready.mounts.map(({ source }) => source);
}

const hostPath = (...parts: readonly string[]): string => path.join(root, 'folders', ...parts);

function look(file: string): string {
  const { uid, gid, mode } = lstatSync(file);
  return `${uid}:${gid} ${(mode & 0o7777).toString(8)}`;
}

test('a directory is made below the data directory, and nobody else on the device gets to it', async () => {
  expect(await make('', { source: './a/b' })).toEqual([hostPath('line', 'a', 'b')]);
  expect(lstatSync(hostPath('line', 'a', 'b')).isDirectory()).toBe(true);
  expect(lstatSync(hostPath()).mode & 0o777).toBe(0o700);
});

test('mounts tell all that was asked', async () => {
  const asked = foldersAsked({ source: './a', bind: { propagation: 'rslave' } }, { source: './' });
  expect(await folders.make('line', asked, '')).toEqual({
    ok: true,
    mounts: [
      { source: hostPath('line'), target: '/t1', isReadOnly: false },
      { source: hostPath('line', 'a'), target: '/t0', isReadOnly: false, propagation: 'rslave' },
    ],
  });
});

describe.runIf(isRoot)('as root', () => {
  test.for([
    ['', '0:0 755'],
    ['root', '0:0 755'],
    ['0:0', '0:0 755'],
    ['root:staff', '0:0 755'],
    ['1000', '1000:0 755'],
    ['1000:44', '1000:44 755'],
    ['1000:staff', '1000:0 755'],
    ['app', '0:0 777'],
    ['app:44', '0:0 777'],
    ['12345678901', '0:0 777'],
  ] as const)('for the user %j a directory is %s', async ([user, looks]) => {
    const [source = ''] = await make(user, { source: './data' });
    expect(look(source)).toBe(looks);
  });

  test('what is said beats the user, and holds also for what is there', async () => {
    const [source = ''] = await make('1000', { source: './data', bind: { owner: '7:8', mode: '0750' } });
    expect(look(source)).toBe('7:8 750');
    writeFileSync(path.join(source, 'kept'), 'x');
    await make('1000', { source: './data', bind: { owner: '9' } });
    expect(look(source)).toBe('9:0 750');
    await make('1000', { source: './data', bind: { mode: '700' } });
    expect(look(source)).toBe('9:0 700');
    expect(readFileSync(path.join(source, 'kept'), 'utf8')).toBe('x');
  });

  test('what is there stays as it is, whoever the service runs as by now', async () => {
    const [source = ''] = await make('1000:1000', { source: './data' });
    chmodSync(source, 0o2770);
    await make('2000', { source: './data' });
    expect(look(source)).toBe('1000:1000 2770');
  });

  test('one directory in another: whichever came first, each has its own owner', async () => {
    await make('1000', { source: './data/sub' });
    await make('2000', { source: './data' });
    await make('3000', { source: './data/sub/deep' }, { source: './' });
    expect(['', 'data', 'data/sub', 'data/sub/deep'].map((one) => look(hostPath('line', one)))).toEqual([
      ...['3000:0 755', '2000:0 755', '1000:0 755', '3000:0 755'],
    ]);
  });
});

/** What the agent may do under systemd: nothing but what its user may, and give things away. */
const AS_AGENT = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
const CHOWN = ['--bounding-set=-all,+chown', '--inh-caps=-all,+chown', '--ambient-caps=-all,+chown'];

/** Runs as a process of its own, which has no other rights. */
function asAgent(code: string): unknown {
  const url = new URL('../../../agent/host/host-folders.ts', import.meta.url).href;
  const script = `
    const { HostFolders } = await import(${JSON.stringify(url)});
    const folders = new HostFolders({ folders: ${JSON.stringify(hostPath())} });
    const plain = { target: '/t', isReadOnly: false, propagation: null, owner: null, mode: null };
    const make = (path, user, said = {}) => folders.make('line', [{ ...plain, path, ...said }], user);
    console.log(JSON.stringify(await (async () => { ${code} })()));
  `;
  const [program = '', ...args] = [...AS_AGENT, ...CHOWN, process.execPath];
  const output = execFileSync(program, [...args, '--input-type=module', '-e', script], { encoding: 'utf8' });
  return JSON.parse(output);
}

describe.runIf(isRoot)('as the user of the service, with no right but to give things away', () => {
  beforeEach(() => {
    chmodSync(root, 0o755);
    mkdirSync(hostPath(), { mode: 0o700 });
    chownSync(hostPath(), 65_534, 65_534);
  });

  test('directories are made in those of others, which stay theirs', () => {
    const made = asAgent(`
      const all = [await make('./data', '1000'), await make('./data/sub', '2000:2000')];
      all.push(await make('./data', '', { mode: 0o700 }), await make('./data/sub/deep', 'app'));
      return all.map(({ ok }) => ok);
    `);
    expect(made).toEqual([true, true, true, true]);
    expect(look(hostPath('line', 'data'))).toBe('1000:0 700');
    expect(look(hostPath('line', 'data', 'sub'))).toBe('2000:2000 755');
    expect(look(hostPath('line', 'data', 'sub', 'deep'))).toBe('65534:65534 777');
  });

  test('a directory that a crash left half made is finished', () => {
    mkdirSync(hostPath('line', 'data'), { recursive: true });
    for (const one of ['line', 'line/data']) {
      chownSync(hostPath(one), 65_534, 65_534);
      chmodSync(hostPath(one), 0o1700);
    }
    expect(asAgent(`return (await make('./data', '1000')).ok`)).toBe(true);
    expect(look(hostPath('line', 'data'))).toBe('1000:0 755');
  });

  test("what belongs to a service whose user has the agent's own number stays as it is", () => {
    asAgent(`return make('./data', '65534')`);
    chmodSync(hostPath('line', 'data'), 0o700);
    expect(asAgent(`return (await make('./data', '')).ok`)).toBe(true);
    expect(look(hostPath('line', 'data'))).toBe('65534:0 700');
  });

  test('the bits of a directory survive what is made in it', () => {
    asAgent(`return make('./data', '1000')`);
    for (const mode of [0o2750, 0o1700, 0o500]) {
      chmodSync(hostPath('line', 'data'), mode);
      expect(asAgent(`return (await make('./data/m${mode}', '')).ok`)).toBe(true);
      expect(look(hostPath('line', 'data'))).toBe(`1000:0 ${mode.toString(8)}`);
    }
  });

  test('a tree of other users, closed to all, is deleted whole; its neighbour stays', () => {
    asAgent(`return [await make('./data', '1000'), await make('./other', '1000')]`);
    const [data, other] = [hostPath('line', 'data'), hostPath('line', 'other')];
    const deep = path.join(data, 'a', 'b', 'c');
    mkdirSync(deep, { recursive: true });
    for (const file of [path.join(deep, 'f'), path.join(data, 'f'), path.join(other, 'f')])
      writeFileSync(file, 'x', { mode: 0 });
    for (const one of [deep, path.join(data, 'a', 'b'), path.join(data, 'a'), data]) {
      chownSync(one, 1000, 1000);
      chmodSync(one, 0);
    }
    expect(
      asAgent(`return [...(await folders.find('line', ['./data', './data/a/b', './data/x', './gone']))]`),
    ).toEqual(['./data', './data/a/b']);
    expect(asAgent(`return folders.remove('line', './data/a/b')`)).toEqual({ ok: true });
    expect(look(path.join(data, 'a'))).toBe('1000:1000 0');
    expect(asAgent(`return folders.remove('line', './data')`)).toEqual({ ok: true });
    expect(readdirSync(hostPath('line'))).toEqual(['other']);
    expect(readdirSync(other)).toEqual(['f']);
    expect(asAgent(`return folders.remove('line', './')`)).toEqual({ ok: true });
    expect(readdirSync(hostPath())).toEqual([]);
  });
});

describe('links that a container has put there', () => {
  let outside: string;
  beforeEach(async () => {
    outside = path.join(root, 'outside');
    mkdirSync(path.join(outside, 'sub'), { recursive: true });
    writeFileSync(path.join(outside, 'sub', 'precious'), 'x');
    await make('', { source: './data' });
    symlinkSync(outside, hostPath('line', 'data', 'link'));
  });

  test.for(['./data/link', './data/link/sub', './data/link/new'])(
    '%s is not made through one',
    async (source) => {
      const before = look(outside);
      const asked = foldersAsked({ source, bind: { owner: '1', mode: '0700' } });
      expect(await folders.make('line', asked, '1000')).toEqual({
        ok: false,
        code: 'link_in_folder',
        message: `${hostPath('line', ...source.slice(2).split('/'))} cannot be made: a symbolic link is on the way, and is not followed`,
        hint: expect.stringContaining('remove it'),
      });
      expect(look(outside)).toBe(before);
      expect(readdirSync(outside)).toEqual(['sub']);
    },
  );

  test('a removal deletes the link, not what it leads to', async () => {
    expect(await folders.remove('line', './data')).toEqual({ ok: true });
    expect(existsSync(hostPath('line', 'data'))).toBe(false);
    expect(readFileSync(path.join(outside, 'sub', 'precious'), 'utf8')).toBe('x');
  });

  test('a removal through one is refused, and told', async () => {
    expect(await folders.find('line', ['./data/link/sub'])).toEqual(new Set(['./data/link/sub']));
    expect(await folders.remove('line', './data/link/sub')).toMatchObject({
      ok: false,
      code: 'link_in_folder',
    });
    expect(readFileSync(path.join(outside, 'sub', 'precious'), 'utf8')).toBe('x');
  });

  test('in the place of the folder itself: the same', async () => {
    renameSync(hostPath('line'), hostPath('moved'));
    symlinkSync(outside, hostPath('line'));
    expect(await folders.make('line', foldersAsked({ source: './' }), '')).toMatchObject({
      code: 'link_in_folder',
    });
    expect(await folders.remove('line', './sub')).toMatchObject({ code: 'link_in_folder' });
    expect(existsSync(path.join(outside, 'sub', 'precious'))).toBe(true);
  });
});

test('a file that somebody put there is bound as it is', async () => {
  await make('', { source: './conf' });
  writeFileSync(hostPath('line', 'conf', 'app.conf'), 'x', { mode: 0o640 });
  expect(await make('1000', { source: './conf/app.conf' })).toEqual([hostPath('line', 'conf', 'app.conf')]);
  expect(readFileSync(hostPath('line', 'conf', 'app.conf'), 'utf8')).toBe('x');
});

test('below a file nothing can be made, nor is there anything', async () => {
  await make('', { source: './conf' });
  writeFileSync(hostPath('line', 'conf', 'f'), '');
  expect(await folders.make('line', foldersAsked({ source: './conf/f/x' }), '')).toMatchObject({
    ok: false,
    code: 'io_error',
    message: `${hostPath('line', 'conf', 'f', 'x')} cannot be made: a part of its path is a file, and a directory is expected`,
  });
  expect(await folders.find('line', ['./conf/f/x'])).toEqual(new Set());
});

test('removing is safe to repeat, and of what never was', async () => {
  expect(await folders.remove('line', './data')).toEqual({ ok: true });
  expect(await folders.find('line', ['./', './data'])).toEqual(new Set());
  await make('', { source: './data' });
  expect(await folders.find('line', ['./', './data', './more'])).toEqual(new Set(['./', './data']));
  for (let count = 0; count < 2; count += 1)
    expect(await folders.remove('line', './data')).toEqual({ ok: true });
  expect(existsSync(hostPath('line'))).toBe(false);
});

test('other deployments are never touched', async () => {
  await folders.make('line-2', foldersAsked({ source: './data' }), '');
  await make('', { source: './data' });
  await folders.remove('line', './');
  expect(readdirSync(hostPath())).toEqual(['line-2']);
});

test('names that are no text, and directories nested past any path, go as well', async () => {
  const [source = ''] = await make('', { source: './data' });
  const name = Buffer.concat([Buffer.from(`${source}/`), Buffer.from([0xff, 0xfe])]);
  mkdirSync(name);
  writeFileSync(Buffer.concat([name, Buffer.from('/x')]), '');
  // By two ends, as no path is long enough to make it in one.
  const long = 'd'.repeat(200);
  for (let depth = 0; depth < 60; depth += 1) {
    const outer = path.join(root, 'outer');
    mkdirSync(outer);
    if (existsSync(path.join(source, long))) renameSync(path.join(source, long), path.join(outer, long));
    renameSync(outer, path.join(source, long));
  }
  expect(await folders.remove('line', './data')).toEqual({ ok: true });
  expect(existsSync(source)).toBe(false);
});

test('a large removal ends in time, and goes on with the next try', async () => {
  const [source = ''] = await make('', { source: './data' });
  for (let index = 0; index < 300; index += 1)
    mkdirSync(path.join(source, `${index}`, 'in'), { recursive: true });
  const hasty = new HostFolders({ folders: hostPath() }, 0);
  expect(await hasty.remove('line', './data')).toMatchObject({ ok: false, code: 'removal_pending' });
  expect(await folders.find('line', ['./data'])).toEqual(new Set(['./data']));
  expect(await folders.remove('line', './data')).toEqual({ ok: true });
});

test('services that share a directory can be made side by side', async () => {
  const asked = foldersAsked({ source: './a/b' }, { source: './a' });
  const made = await Promise.all(Array.from({ length: 10 }, () => folders.make('line', asked, '')));
  expect(made.map(({ ok }) => ok)).toEqual(Array.from({ length: 10 }, () => true));
});

test('nothing is left open', async () => {
  const openNow = (): number => readdirSync('/proc/self/fd').length;
  const before = openNow();
  await make('', { source: './data' }, { source: './data/sub' });
  symlinkSync('/', hostPath('line', 'data', 'link'));
  await folders.make('line', foldersAsked({ source: './data/link/x' }), '');
  await folders.find('line', ['./data', './gone/x', './data/link/x']);
  await folders.remove('line', './data/link/x');
  await folders.remove('line', './');
  expect(openNow()).toBe(before);
});
