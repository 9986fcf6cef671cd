import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const BIN = path.resolve(import.meta.dirname, '../../../agent/bin');
/** In the place of node: tells its process id and its arguments. */
const FAKE_NODE = '#!/bin/sh\necho "$$ $MALLOC_ARENA_MAX"\nfor a in "$@"; do echo "$a"; done\n';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast launcher '));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function put(file: string, content: string): string {
  const target = path.join(folder, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, content);
  chmodSync(target, 0o755);
  return target;
}

/** A link to the launcher, two links deep, as npx and /usr/bin make them. */
function linkTo(launcher: string): string {
  symlinkSync(launcher, path.join(folder, 'inner'));
  symlinkSync('inner', path.join(folder, 'link'));
  return path.join(folder, 'link');
}

async function launch(command: string, args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(command, args, { cwd: '/', env: { PATH: process.env.PATH, ...env } });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { pid: child.pid, lines: out.trimEnd().split('\n'), err, code };
}

describe('the launcher of a checkout', () => {
  function putCheckout(): string {
    const launcher = put('check out/agent/bin/holdfast', '');
    copyFileSync(path.join(BIN, 'holdfast'), launcher);
    return launcher;
  }

  it("becomes the checkout's node, with the loader and all arguments, through links and spaces", async () => {
    const launcher = putCheckout();
    const root = path.join(folder, 'check out');
    put('check out/node_modules/.bin/node', FAKE_NODE);
    const loader = put('check out/node_modules/tsx/dist/loader.mjs', '');
    const { pid, lines } = await launch(linkTo(launcher), ['status', 'two words', '']);
    // The same process id: it was exec'd, so signals reach node.
    expect(lines[0]).toMatch(new RegExp(`^${pid} `));
    expect(lines.slice(1)).toEqual(['--import', loader, `${root}/agent/cli/main.ts`, 'status', 'two words']);
  });

  it('takes the node on the path where the checkout has none', async () => {
    const launcher = putCheckout();
    put('check out/node_modules/tsx/dist/loader.mjs', '');
    put('path/node', FAKE_NODE);
    const PATH = `${folder}/path:${process.env.PATH}`;
    expect((await launch(launcher, ['status'], { PATH })).lines).toContain('status');
  });

  it('says what to do in a checkout that is not set up', async () => {
    const { code, err } = await launch(putCheckout(), ['status']);
    expect(code).toBe(2);
    expect(err).toContain('run scripts/setup there first');
  });

  it('runs the real command from anywhere', () => {
    const options = { cwd: '/', encoding: 'utf8' } as const;
    expect(execFileSync(linkTo(path.join(BIN, 'holdfast')), ['--version'], options)).toMatch(/^holdfast \d/);
  });

  it('ends with its own code where nobody reads its output', async () => {
    const args = ['status', '--json', '--socket', '/nowhere'];
    const child = spawn(path.join(BIN, 'holdfast'), args, { stdio: ['ignore', 'pipe', 'ignore'] });
    child.stdout.destroy();
    expect(await once(child, 'close')).toEqual([3, null]);
  });

  it('ends where nobody reads what it shows again and again', async () => {
    const args = ['status', '--watch', '--socket', '/nowhere'];
    const child = spawn(path.join(BIN, 'holdfast'), args, { stdio: ['ignore', 'pipe', 'ignore'] });
    child.stdout.destroy();
    expect(await once(child, 'close')).toEqual([3, null]);
  });

  it('ends well where nobody reads what it follows, as `events -f | head -1`', async () => {
    const event = {
      seq: 1,
      at: '2026-11-22T12:00:00Z',
      type: 'document_cleared',
      source: 'device',
      message: 'x',
    };
    const agent = createServer((_, response) => {
      const send = () => response.write(`${JSON.stringify(event)}\n`);
      send();
      const timer = setInterval(send, 20);
      response.on('close', () => clearInterval(timer));
    });
    const socket = path.join(folder, 'api.sock');
    await new Promise<void>((resolve) => agent.listen(socket, resolve));
    const args = ['events', '-f', '--socket', socket];
    const child = spawn(path.join(BIN, 'holdfast'), args, { stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.once('data', () => child.stdout.destroy());
    expect(await once(child, 'close')).toEqual([0, null]);
    agent.close();
  });

  it('tells where its output cannot be written, as to a full disk', () => {
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(path.join(BIN, 'holdfast'), ['--version'], {
      ...{ cwd: '/', encoding: 'utf8' },
      stdio: ['ignore', full, 'pipe'],
    });
    closeSync(full);
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: 'The output cannot be written: the disk is full.\n',
    });
  });
});

describe('the launcher of a release', () => {
  it('becomes the node beside it, with small heaps and one malloc arena', async () => {
    const launcher = put('usr/lib/holdfast/bin/holdfast', '');
    copyFileSync(path.join(BIN, 'holdfast-release'), launcher);
    put('usr/lib/holdfast/lib/node', FAKE_NODE);
    const { pid, lines } = await launch(linkTo(launcher), ['agent', '--config', '/a b']);
    expect(lines).toEqual([
      `${pid} 1`,
      '--optimize-for-size',
      '--max-semi-space-size=1',
      '--max-old-space-size=96',
      path.join(folder, 'usr/lib/holdfast/lib/holdfast.cjs'),
      'agent',
      '--config',
      '/a b',
    ]);
  });
});
