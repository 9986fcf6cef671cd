import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PageView } from '../../../../agent/doors/page/html/fragments.ts';
import { openPage, type Page } from '../../../../agent/doors/page/page.ts';
import { systemClock } from '../../../../lib/time/system-clock.ts';
import { freePort } from '../../../../scripts/rig/port.ts';
import { until } from '../../../fakes/until.ts';
import { VirtualClock } from '../../../fakes/virtual-clock.ts';
import { makeDeployment, makeLocalStatus } from '../../cli/fixtures.ts';
import { makeFinding, makeFindings, makeView, OPERATIONS, offersOf } from './views.ts';

const TOKEN = 'correct-horse-battery';

let folder = '';
let port = 0;
let view: PageView = makeView();
let asked = 0;
let logged: string[] = [];
/** Tells the page that something has changed. */
let tell: () => void = () => undefined;
let pages: Page[] = [];
let sent: { destroy(): unknown }[] = [];

/** The agent tells something else from now on, and says so. */
function change(next: PageView): void {
  view = next;
  tell();
}

const note = (_: unknown, message?: string) => logged.push(message ?? '');
const log = { info: note, warn: note, error: note };

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-page-'));
  port = await freePort();
  [view, asked, logged, pages, sent] = [makeView(), 0, [], [], []];
});

afterEach(async () => {
  for (const one of sent) one.destroy();
  await Promise.all(pages.map((page) => page.close()));
  rmSync(folder, { recursive: true, force: true });
});

interface Setting {
  readonly tokenFile?: string;
  readonly clock?: VirtualClock;
  readonly fails?: boolean;
}

function open({ tokenFile, clock, fails = false }: Setting = {}): void {
  const look = (): PageView => {
    asked += 1;
    if (fails) throw new Error('planted');
    return view;
  };
  const page = openPage({
    address: { host: '127.0.0.1', port },
    ...{ hostName: 'edge-01', operations: OPERATIONS, log },
    tokenFile: tokenFile ?? null,
    clock: clock ?? systemClock,
    offers: offersOf(look),
    watch: (hear) => {
      tell = hear;
    },
    metrics: { contentType: 'text/plain; version=0.0.4', expose: async () => 'holdfast_info 1\n' },
  });
  pages.push(page);
}

async function opened(setting: Setting = {}): Promise<void> {
  open(setting);
  await until('the page is open', () => logged.includes('page opened'));
}

async function get(target: string, options: { method?: string; headers?: object; body?: string } = {}) {
  const { method = 'GET', headers = {}, body } = options;
  const one = request({
    port,
    host: '127.0.0.1',
    path: target,
    method,
    headers: { ...headers },
    agent: false,
  });
  one.end(body);
  const [response] = (await once(one, 'response')) as [IncomingMessage];
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

/** Follows `/events`: the messages so far. */
async function follow() {
  const one = request({ port, host: '127.0.0.1', path: '/events', agent: false });
  sent.push(one);
  one.on('error', () => undefined);
  one.end();
  const [response] = (await once(one, 'response')) as [IncomingMessage];
  const messages: { order: string[]; parts: [string, string][]; summary: string }[] = [];
  let rest = '';
  response.setEncoding('utf8').on('data', (chunk: string) => {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop() ?? '';
    messages.push(...blocks.map((block) => JSON.parse(block.replace(/^data: /, ''))));
  });
  response.on('error', () => undefined);
  return { status: response.statusCode, messages, one, ended: () => response.destroyed };
}

describe('the page', () => {
  test('is one answer with all that it needs, and keeps the browser from more', async () => {
    await opened();
    const { status, headers, body } = await get('/');
    expect(status).toBe(200);
    expect(body).toContain('<h1>edge-01</h1>');
    expect(body).not.toMatch(/(?:src|href)="(?!\/"|data:)/);
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
    );
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
  });

  test('asks the agent once for all who look at the same moment', async () => {
    await opened();
    await Promise.all(Array.from({ length: 6 }, () => get('/')));
    expect(asked).toBeLessThanOrEqual(4);
  });

  test.each([
    [{ host: 'evil.example' }, 421],
    [{ origin: 'http://evil.example' }, 403],
  ])('refuses what another website had sent: %o', async (headers, status) => {
    await opened();
    expect(await get('/', { headers })).toMatchObject({ status });
    expect(await get('/metrics', { headers })).toMatchObject({ status });
    expect(await get('/events', { headers })).toMatchObject({ status });
    expect(asked).toBe(0);
  });

  test('changes nothing, and knows no other path', async () => {
    await opened();
    expect(await get('/', { method: 'POST' })).toMatchObject({ status: 405 });
    expect(await get('/v1/status')).toMatchObject({ status: 404 });
    expect(await get('/constructor')).toMatchObject({ status: 404 });
  });

  test('is packed where the reader takes that, also with as many deployments as a device has', async () => {
    const deployments = Array.from({ length: 64 }, (_, index) =>
      makeDeployment({ deployment: `d-${index}` }),
    );
    view = makeView({ status: makeLocalStatus({ deployments }) });
    await opened();
    const one = request({
      port,
      host: '127.0.0.1',
      headers: { 'accept-encoding': 'gzip, br' },
      agent: false,
    });
    one.end();
    const [response] = (await once(one, 'response')) as [IncomingMessage];
    const packed = await buffer(response);
    expect(response.headers['content-encoding']).toBe('gzip');
    expect(packed.length).toBeLessThan(16 * 1024);
    expect(gunzipSync(packed).toString()).toContain('d-63');
  });

  test('has the metrics', async () => {
    await opened();
    const { headers, body } = await get('/metrics');
    expect([headers['content-type'], body]).toEqual(['text/plain; version=0.0.4', 'holdfast_info 1\n']);
  });

  test('says that the agent failed, and the log says of what', async () => {
    await opened({ fails: true });
    expect(await get('/')).toMatchObject({
      status: 500,
      body: 'The agent failed to answer; its log says why.\n',
    });
    expect(logged).toContain('page failed');
  });

  test('cuts headers that are too long', async () => {
    await opened();
    expect(await get('/', { headers: { cookie: 'x'.repeat(20_000) } })).toMatchObject({ status: 431 });
  });
});

describe('an open page', () => {
  test('hears at once of all, then of what changed and nothing else', async () => {
    await opened();
    const { messages } = await follow();
    await until('the first message', () => messages.length === 1);
    expect(messages[0]?.parts.map(([id]) => id)).toEqual(['findings', 'device', 'd-line-vision']);
    change(makeView({ findings: makeFindings(makeFinding()) }));
    await until('the change', () => messages.length === 2);
    expect(messages[1]?.parts.map(([id]) => id)).toEqual(['findings']);
    expect(messages[1]?.summary).toContain('its probe fails');
  });

  test('hears of what nobody told of within ten seconds, and of nothing more often than once a second', async () => {
    const clock = new VirtualClock();
    await opened({ clock });
    const { messages } = await follow();
    await until('the first message', () => messages.length === 1);
    for (let turn = 0; turn < 40; turn += 1) {
      tell();
      await clock.advance(100);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(messages.length).toBeGreaterThanOrEqual(4);
    expect(messages.length).toBeLessThanOrEqual(6);
    view = makeView({ findings: makeFindings(makeFinding()) });
    await clock.advance(11_000);
    await until('the refresh', () => messages.at(-1)?.parts.some(([id]) => id === 'findings') === true);
  });

  test('is let go after an hour, so that a token that has changed counts for it too', async () => {
    const clock = new VirtualClock();
    await opened({ clock });
    const { messages, ended } = await follow();
    await until('the first message', () => messages.length === 1);
    const pass = async (minutes: number): Promise<void> => {
      for (let turn = 0; turn < minutes * 6; turn += 1) {
        const seen = messages.length;
        await clock.advance(10_000);
        // On virtual time nothing is on its way by itself.
        await until('the refresh is read', () => ended() || messages.length > seen);
      }
    };
    await pass(59);
    expect(ended()).toBe(false);
    await pass(2);
    await until('it has ended', ended);
  });

  test('hears of a deployment that goes', async () => {
    await opened();
    const { messages } = await follow();
    await until('the first message', () => messages.length === 1);
    change(makeView({ status: makeLocalStatus({ deployments: [] }) }));
    await until('the change', () => messages.length === 2);
    expect(messages[1]?.order).toEqual(['findings', 'device']);
  });

  test('is one of eight; a ninth is told to be content with reloading', async () => {
    await opened();
    const eight = await Promise.all(Array.from({ length: 8 }, follow));
    expect(eight.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
    expect(await get('/events')).toMatchObject({ status: 503 });
    expect(await get('/')).toMatchObject({ status: 200 });
    eight[0]?.one.destroy();
    await until('the place is free', () => eight[0]?.one.destroyed === true);
    await expect.poll(async () => (await follow()).status).toBe(200);
  });

  test('that is not read makes the agent hold no more than what was on its way, and is given up', async () => {
    const clock = new VirtualClock();
    await opened({ clock });
    const socket = connect(port, '127.0.0.1').pause();
    sent.push(socket);
    socket.on('error', () => undefined);
    socket.write(`GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
    let round = 0;
    // Each state is larger than what the system's buffers take in a few rounds.
    const grow = (): void => {
      round += 1;
      change(makeView({ findings: makeFindings(makeFinding({ title: `${round} ${'x'.repeat(500_000)}` })) }));
    };
    await until('the agent was asked', () => asked > 0);
    for (let second = 0; second < 90; second += 1) {
      grow();
      await clock.advance(1000);
    }
    const before = asked;
    await clock.advance(10_000);
    expect(asked, 'nobody looks any more').toBe(before);
  });
});

describe('a page with a token', () => {
  let tokenFile = '';
  beforeEach(() => {
    tokenFile = path.join(folder, 'token');
    writeFileSync(tokenFile, `${TOKEN}\n`);
  });

  const login = (token: string) =>
    get('/login', {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        origin: `http://127.0.0.1:${port}`,
        host: `127.0.0.1:${port}`,
      },
      body: `token=${token}`,
    });

  test('shows nothing without it', async () => {
    await opened({ tokenFile });
    for (const target of ['/', '/metrics', '/events', '/login', '/none']) {
      const { status, headers, body } = await get(target);
      expect({ status, challenge: headers['www-authenticate'] }).toEqual({
        status: 401,
        challenge: 'Bearer',
      });
      expect(body).not.toContain('edge-01');
    }
    expect(asked).toBe(0);
  });

  test('opens to the token, and to the cookie that a login gives', async () => {
    await opened({ tokenFile });
    expect(await get('/metrics', { headers: { authorization: `Bearer ${TOKEN}` } })).toMatchObject({
      status: 200,
    });
    const { status, headers } = await login(TOKEN);
    expect([status, headers.location]).toEqual([303, '/']);
    const [cookie = ''] = headers['set-cookie'] ?? [];
    expect(await get('/', { headers: { cookie: cookie.split(';')[0] } })).toMatchObject({ status: 200 });
  });

  test('takes its time over a wrong token, and gives no cookie', async () => {
    await opened({ tokenFile });
    const startedMs = performance.now();
    const { status, headers, body } = await login('wrong');
    expect(performance.now() - startedMs).toBeGreaterThan(900);
    expect([status, headers['set-cookie']]).toEqual([401, undefined]);
    expect(body).toContain('That is not the token.');
  });

  test('refuses a form without an end', async () => {
    await opened({ tokenFile });
    expect(await login('x'.repeat(10_000))).toMatchObject({ status: 413 });
  });

  test('lets nobody in while the token cannot be read, says so at the start, and takes up a new one', async () => {
    writeFileSync(tokenFile, 'short');
    await opened({ tokenFile });
    expect(logged).toContain('nobody can log in to the page');
    expect(await get('/', { headers: { authorization: 'Bearer short' } })).toMatchObject({ status: 503 });
    writeFileSync(tokenFile, TOKEN);
    expect(await get('/', { headers: { authorization: `Bearer ${TOKEN}` } })).toMatchObject({ status: 200 });
  });
});

describe('an address that another program has', () => {
  let other: Server;
  let others: Socket[] = [];
  beforeEach(async () => {
    others = [];
    other = createServer((socket) => others.push(socket)).listen(port, '127.0.0.1');
    await once(other, 'listening');
  });
  afterEach(() => {
    for (const socket of others) socket.destroy();
    other.close();
  });

  test('is told once and tried again until it is free', async () => {
    const clock = new VirtualClock();
    open({ clock });
    await until('it was told', () => logged.length === 1);
    for (let tries = 0; tries < 20; tries += 1) {
      await clock.advance(30_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(logged).toEqual(['page has no address; it is tried again']);
    await new Promise((resolve) => other.close(resolve));
    await until('it is open', () => {
      clock.advance(30_000).catch(() => undefined);
      return logged.includes('page opened');
    });
  });

  test('keeps the page from nothing but itself: it closes at once', async () => {
    open({ clock: new VirtualClock() });
    await until('it was told', () => logged.length === 1);
    await Promise.all(pages.map((page) => page.close()));
    pages = [];
  });
});
