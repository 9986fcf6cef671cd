// Secrets are planted in every place that a bundle is made of, and none may be in it.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { collectBundle } from '../../../agent/bundle/collect.ts';
import type { Bundle } from '../../../agent/bundle/part.ts';
import { KeptLogFiles } from '../../../agent/store/kept-log-files.ts';
import { openStore } from '../../../agent/store/open-store.ts';
import { someEvent } from '../../fakes/some-event.ts';
import { makeDeployment, makeService } from '../cli/fixtures.ts';

/** In each planted secret, and in nothing else. */
const MARK = 'hunter2';
const systemPath = process.env.PATH;
let folder = '';
let servers: Server[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-bundle-'));
  writeFileSync(path.join(folder, 'broker.password'), `${MARK}-password-file\n`);
  program(
    'journalctl',
    `echo '{"msg":"it failed","message":"dial mqtt://me:${MARK}-in-url@b, ${MARK}-env, ${MARK}-toml"}'; echo ${MARK}-env`,
  );
  process.env.PATH = `${folder}:${systemPath}`;
});

afterEach(async () => {
  process.env.PATH = systemPath;
  for (const server of servers) server.closeAllConnections();
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  servers = [];
  rmSync(folder, { recursive: true, force: true });
});

function program(name: string, script: string): void {
  const file = path.join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

/** With a password where none belongs, which the agent refuses. */
function configure(): string {
  const file = path.join(folder, 'holdfast.toml');
  const lines = [
    `# once it was ${MARK}-comment`,
    `data_dir = "${folder}/data"`,
    `[broker]\nurl = "mqtt://me:${MARK}-broker@127.0.0.1:1883"\npassword = "${MARK}-toml"`,
    `password_file = "${folder}/broker.password"`,
    `[engine]\nsocket = "${folder}/engine.sock"`,
    `[registries."r.example.com"]\nusername = "${MARK}-user"\npassword_file = "${folder}/broker.password"`,
  ];
  writeFileSync(file, lines.join('\n'));
  return file;
}

const LOG = [
  `login with ${MARK}-env as asked`,
  `the key is ${MARK}-inline-secret, the pool has ${MARK}-in-dsn`,
  `password: ${MARK}-config`,
  `old one: ${MARK}-old-env`,
  `base64 ${Buffer.from(`${MARK}-env`).toString('base64')}`,
  'it exited because of a reason',
];

function store(): void {
  const opened = openStore(path.join(folder, 'data'));
  const body = JSON.stringify({
    ...{ schema: 'holdfast.deployment/1', name: 'line-vision', revision: 7, state: 'present' },
    services: {
      detector: {
        image: 'r.example.com/detector:1',
        environment: { DB_PASSWORD: `${MARK}-env`, DSN: `pg://me:${MARK}-in-dsn@db/x` },
        secrets: [{ source: 'login' }],
        configs: [{ source: 'settings', target: '/settings' }],
      },
    },
    secrets: { login: { content: `key=${MARK}-inline-secret\n` } },
    configs: { settings: { content: `password: ${MARK}-config\n` } },
  });
  opened.acceptDocument({ deployment: 'line-vision', source: 'device', revision: 7, hash: 'x', body });
  const last_failure = { code: 'exited', message: `login with ${MARK}-env`, at: '2026-11-22T11:59:00Z' };
  opened.saveStatus(
    makeDeployment({ phase: 'degraded', services: { detector: makeService({ last_failure }) } }),
  );
  opened.appendEvents([someEvent(`login with ${MARK}-env and ${MARK}-old-env`)], '2026-11-22T11:00:00Z');
  opened.close();
}

/** Of a container that was removed. */
async function keptLog(): Promise<void> {
  const lines = [`login with ${MARK}-env`, 'it exited'].map(
    (text) => ({ stream: 'stderr', at: null, text }) as const,
  );
  await new KeptLogFiles(path.join(folder, 'data')).keep(
    { deployment: 'line-vision', service: 'detector' },
    {
      ...{ container: 'gone', revision: 7, startedAt: null, exitCode: 1, lines },
      keptAt: '2026-11-22T12:00:00Z',
    },
  );
}

/** One container of the agent, and one of somebody else. */
async function engine(): Promise<void> {
  const own = { 'io.holdfast.deployment': 'line-vision', 'io.holdfast.service': 'detector' };
  const answers: readonly (readonly [RegExp, unknown])[] = [
    [
      /containers\/json/,
      [
        { Id: 'a1', Names: ['/own'], Image: 'x:1', State: 'exited', Status: 'Exited (1)', Labels: own },
        {
          ...{ Id: 'b2', Names: ['/other'], Image: 'y:1', State: 'running', Status: 'Up' },
          ...{ Command: `serve ${MARK}-command`, Labels: { token: `${MARK}-label` } },
        },
      ],
    ],
    [/a1\/json/, { Config: { Env: [`API_TOKEN=${MARK}-old-env`] } }],
    [/b2\/json/, { Config: { Env: [`API_TOKEN=${MARK}-foreign-env`] } }],
    [/info/, { Driver: 'overlay2', HttpProxy: `http://me:${MARK}-proxy@p`, Labels: [`x=${MARK}-engine`] }],
    [/version/, { Version: '29.0.0', Token: `${MARK}-version` }],
  ];
  const server = createServer(({ url = '' }, response) => {
    if (url.includes('/logs')) response.end(LOG.join('\n'));
    else response.end(JSON.stringify(answers.find(([pattern]) => pattern.test(url))?.[1] ?? {}));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(path.join(folder, 'engine.sock'), resolve));
}

const dead = () => Promise.reject(new Error('no agent answers'));

function textOf({ files }: Bundle, name: string): string {
  return files.find((file) => file.path === name)?.text ?? '';
}

it('holds none of the secrets that were planted everywhere, and all the rest', async () => {
  store();
  await keptLog();
  await engine();
  const bundle = await collectBundle({ configPath: configure(), agent: { 'status.json': dead } });
  expect(JSON.stringify(bundle).includes(Buffer.from(`${MARK}-env`).toString('base64'))).toBe(false);
  expect(
    bundle.files.filter(({ text }) => text.includes(MARK)).map(({ path: name, text }) => [name, text]),
  ).toEqual([]);
  expect(textOf(bundle, 'config.json')).toContain('mqtt://127.0.0.1:1883');
  expect(textOf(bundle, 'store/statuses.json')).toContain('login with ***');
  expect(textOf(bundle, 'store/events.jsonl')).toContain('login with *** and ***');
  expect(textOf(bundle, 'engine/info.json')).toContain('overlay2');
  expect(textOf(bundle, 'engine/containers.json')).toContain('"name": "other"');
  expect(textOf(bundle, 'logs/agent.log')).toContain('dial mqtt://me:***@b, ***, ***');
  expect(textOf(bundle, 'logs/services/line-vision_detector_a1.log')).toContain('it exited because');
  expect(textOf(bundle, 'logs/removed/line-vision_detector.log')).toMatch(
    /"revision":7.*\n- login with \*\*\*\n- it exited\n/,
  );
  expect(bundle.missing).toContainEqual({ what: 'status.json', why: 'no agent answers' });
});

it('tells no log of a service where nobody knows which secrets it may hold', async () => {
  await keptLog();
  await engine();
  const bundle = await collectBundle({ configPath: configure(), agent: {} });
  expect(bundle.files.some(({ text }) => text.includes(MARK))).toBe(false);
  expect(bundle.missing).toContainEqual({
    what: 'logs/services/line-vision_detector_a1.log',
    why: expect.stringContaining('which those are could not be read'),
  });
  expect(bundle.missing.map(({ what }) => what)).toEqual(
    expect.arrayContaining(['store/events.jsonl', 'logs/removed/line-vision_detector.log']),
  );
  expect(textOf(bundle, 'logs/agent.log')).toBe('{"msg":"it failed"}\n(left out: it may hold secrets)\n');
}, 20_000);

it('waits for nobody for long: the agent, the engine and the journal hang', { timeout: 20_000 }, async () => {
  store();
  program('journalctl', 'exec sleep 60');
  const server = createServer(() => undefined);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(path.join(folder, 'engine.sock'), resolve));
  const beganMs = performance.now();
  const bundle = await collectBundle({
    configPath: configure(),
    agent: { 'status.json': () => new Promise(() => undefined) },
  });
  expect(performance.now() - beganMs).toBeLessThan(10_000);
  expect(bundle.missing.map(({ what }) => what)).toEqual(
    expect.arrayContaining(['status.json', 'logs/agent.log', 'engine/info.json', 'engine/containers.json']),
  );
  expect(textOf(bundle, 'store/statuses.json')).toContain('line-vision');
});

it('is bounded: the end of a long log is kept', async () => {
  store();
  await engine();
  program('journalctl', 'yes "a line of a log that is long" | head -c 4000000; echo; echo the last');
  const text = textOf(await collectBundle({ configPath: configure(), agent: {} }), 'logs/agent.log');
  expect(text.length).toBeLessThan(2 * 1024 ** 2 + 1);
  expect(text.endsWith('the last\n')).toBe(true);
}, 20_000);
