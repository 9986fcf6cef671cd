import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findGroupId } from '../../../../agent/doors/socket/group.ts';
import { type LocalServer, startLocalServer } from '../../../../agent/doors/socket/server.ts';
import { newAgentState } from '../../../../agent/notices/agent-state.ts';
import { type Offer, offer } from '../../../../agent/operations/offer.ts';
import { offerRetry } from '../../../../agent/operations/retry.ts';
import { status as statusOperation } from '../../../../protocol/operations/status.ts';
import { makeLocalStatus } from '../../cli/fixtures.ts';

let folder = '';
let socketPath = '';
let servers: LocalServer[] = [];
let logged: string[] = [];

const log = {
  warn: (_: unknown, message?: string) => logged.push(message ?? ''),
  error: (_: unknown, message?: string) => logged.push(message ?? ''),
};

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-local-'));
  socketPath = path.join(folder, 'run/api.sock');
  logged = [];
});

afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  servers = [];
  rmSync(folder, { recursive: true, force: true });
});

const LINE_VISION: Offer = offerRetry({
  supervisor: { pauseOf: () => null, retry: (deployment) => deployment === 'line-vision' },
  puller: { retryNow: () => undefined },
  state: newAgentState(),
});

async function start(options: { status?: () => Promise<never>; group?: string; at?: string } = {}) {
  const tell = async () => ({ kind: 'done', answer: makeLocalStatus() }) as const;
  const offers = [offer(statusOperation, options.status ?? tell), LINE_VISION];
  const group = options.group ?? 'no-such-group';
  const server = await startLocalServer({ socketPath: options.at ?? socketPath, offers, log, group });
  servers.push(server);
  return server;
}

async function ask(target: string, method = 'GET', headers = {}) {
  const sent = request({ socketPath, path: target, method, headers, agent: false });
  sent.end();
  const [response] = await once(sent, 'response');
  return { status: response.statusCode, headers: response.headers, body: JSON.parse(await text(response)) };
}

describe('the local API', () => {
  it('tells the status as JSON', async () => {
    await start();
    const { status, headers, body } = await ask('/v1/status?pretty');
    expect({ status, body }).toEqual({ status: 200, body: makeLocalStatus() });
    expect(headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8', connection: 'close' });
  });

  it('knows no other path', async () => {
    await start();
    const { status, body } = await ask('/v1/constructor');
    expect({ status, code: body.code }).toEqual({ status: 404, code: 'not_found' });
  });

  it('tries a deployment again, and says when there is none of that name', async () => {
    await start();
    const known = await ask('/v1/deployments/line-vision/retry', 'POST');
    expect({ status: known.status, body: known.body }).toEqual({
      status: 202,
      body: { deployment: 'line-vision' },
    });
    const unknown = await ask('/v1/deployments/other/retry', 'POST');
    expect({ status: unknown.status, code: unknown.body.code }).toEqual({
      status: 404,
      code: 'no_such_deployment',
    });
    expect((await ask('/v1/deployments/..%2Fx/retry', 'POST')).body.code).toBe('not_found');
    expect((await ask('/v1/deployments/line-vision/retry')).body.code).toBe('method_not_allowed');
  });

  it('allows no other method', async () => {
    await start();
    const { status, headers, body } = await ask('/v1/status', 'POST');
    expect({ status, code: body.code }).toEqual({ status: 405, code: 'method_not_allowed' });
    expect(headers.allow).toBe('GET');
  });

  it('refuses a body that is too large', async () => {
    await start();
    const sent = request({
      socketPath,
      path: '/v1/status',
      headers: { 'Content-Length': 1e9 },
      agent: false,
    });
    sent.on('error', () => {});
    sent.flushHeaders();
    const [response] = await once(sent, 'response');
    expect(response.statusCode).toBe(413);
    expect(JSON.parse(await text(response)).code).toBe('too_large');
    sent.destroy();
  });

  it('ends the connection of a caller who never stops sending', async () => {
    await start();
    const socket = connect(socketPath);
    socket.on('error', () => {});
    socket.write('GET /v1/status HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
    socket.on('data', () => socket.write('10\r\n0123456789abcdef\r\n'));
    await new Promise((resolve) => socket.once('close', resolve));
  });

  it('answers 400 to what is no HTTP, and lives on', async () => {
    await start();
    const socket = connect(socketPath);
    socket.end('nonsense\r\n\r\n');
    expect(await text(socket)).toContain('400 Bad Request');
    expect((await ask('/v1/status')).status).toBe(200);
  });

  it('hides a fault of its own behind 500 and logs it', async () => {
    await start({
      status: () => Promise.reject(new Error('password=secret')),
    });
    const { status, body } = await ask('/v1/status');
    expect({ status, code: body.code }).toEqual({ status: 500, code: 'internal' });
    expect(JSON.stringify(body)).not.toContain('secret');
    expect(logged).toEqual(['local API failed']);
  });
});

describe('the local socket', () => {
  it('is for its user and group only, and gone after close', async () => {
    const server = await start();
    expect(statSync(socketPath).mode & 0o777).toBe(0o660);
    await server.close();
    expect(existsSync(socketPath)).toBe(false);
  });

  it.runIf(process.getuid?.() === 0)('belongs to the group where that exists', async () => {
    await start({ group: 'daemon' });
    expect(statSync(socketPath).gid).toBe(findGroupId('daemon'));
    expect(statSync(socketPath).gid).not.toBe(statSync(folder).gid);
  });

  it('closes at once although a caller keeps its connection open', async () => {
    const server = await start();
    const socket = connect(socketPath);
    await once(socket, 'connect');
    socket.on('error', () => {});
    const closed = once(socket, 'close');
    await server.close();
    await closed;
  });

  it('replaces one that a killed agent left', async () => {
    await start();
    await servers.pop()?.close();
    const script = `require('net').createServer().listen(${JSON.stringify(socketPath)}, () => console.log('up'))`;
    const killed = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(killed.stdout, 'data');
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    expect(existsSync(socketPath)).toBe(true);
    await start();
    expect((await ask('/v1/status')).status).toBe(200);
  });

  it('is left alone while another agent answers there', async () => {
    await start();
    await expect(start()).rejects.toMatchObject({
      code: 'in_use',
      path: socketPath,
      message: `another agent answers at ${socketPath}`,
    });
    expect((await ask('/v1/status')).status).toBe(200);
  });

  it('does not replace a file that is no socket', async () => {
    const file = path.join(folder, 'precious');
    writeFileSync(file, 'data');
    await expect(start({ at: file })).rejects.toMatchObject({ code: 'not_a_socket' });
    expect(statSync(file).size).toBe(4);
  });

  it('says so when nobody can tell what is there', async () => {
    const at = path.join(folder, 'x'.repeat(300));
    await expect(start({ at })).rejects.toMatchObject({
      code: 'unusable',
      message: `no socket can be made at ${at}: the path is too long`,
    });
  });

  it('says so when it cannot be made', async () => {
    const at = path.join(folder, 'x'.repeat(120));
    await expect(start({ at })).rejects.toMatchObject({ code: 'unusable', path: at });
    writeFileSync(path.join(folder, 'file'), '');
    await expect(start({ at: path.join(folder, 'file/api.sock') })).rejects.toMatchObject({
      code: 'unusable',
    });
  });
});

it('lets a caller go that does not come to the end of its request', { timeout: 30_000 }, async () => {
  await start();
  const caller = connect(socketPath).resume();
  caller.on('error', () => undefined);
  await once(caller, 'connect');
  caller.write('GET /v1/st');
  const dripping = setInterval(() => caller.write('a'), 500);
  const begunMs = performance.now();
  // Not `once`: a byte that meets the closed end is an error too, and no other end.
  await new Promise<void>((resolve) => caller.on('close', () => resolve()));
  clearInterval(dripping);
  // Node itself would look after half a minute only.
  expect(performance.now() - begunMs).toBeLessThan(15_000);
});

describe('findGroupId', () => {
  it('reads the group database', () => {
    const file = path.join(folder, 'group');
    writeFileSync(file, 'root:x:0:\nholdfast-old:x:7:\nholdfast:x:998:ann,bob\n');
    expect(findGroupId('holdfast', file)).toBe(998);
    expect(findGroupId('hold', file)).toBeNull();
    expect(findGroupId('holdfast', path.join(folder, 'none'))).toBeNull();
  });
});

describe('the http module', () => {
  it('does not bring undici along, which costs 13 MiB', () => {
    const url = new URL('../../../../lib/program/http-module.ts', import.meta.url).href;
    const script = `await import(${JSON.stringify(url)});
      process.stdout.write(JSON.stringify(process.moduleLoadList.filter((name) => name.includes('undici'))));`;
    const args = ['--input-type=module', '-e', script];
    expect(JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }))).toEqual([]);
  });
});
