// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Compose's variables
// Which files and variables a command takes: several, `.env`, `--env-file`, standard input.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type RunOptions, runHoldfastctl } from '../../support/run-holdfastctl.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-compose-'));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(path.join(folder, 'project'));
const write = (name: string, text: string): void => writeFileSync(path.join(folder, 'project', name), text);
write('.env', 'A=dotenv\nB=dotenv\nC=${A}\nCOMPOSE_PROFILES=debug\n');
write('other.env', 'A=other\n');
write('last.env', 'A=last\n');
write('broken.env', 'A="open\n');
write(
  'compose.yaml',
  'services: {s: {image: i, restart: always, environment: {A: $A, B: $B, C: $C}}, d: {image: d, restart: always, profiles: [debug]}}\n',
);
write('more.yaml', 'services: {s: {init: true, volumes: ["./app.conf:/app.conf:ro"]}}\n');
write('app.conf', 'a=1\n');

async function documentOf(args: readonly string[], options: RunOptions = {}) {
  const { code, stdout, stderr } = await runHoldfastctl(['validate', '--json', ...args], {
    cwd: folder,
    ...options,
  });
  return { code, stderr, document: code === 0 ? JSON.parse(stdout) : null };
}

test.each<[string, string[], Record<string, string>, object]>([
  ['.env beside the file', [], {}, { A: 'dotenv', B: 'dotenv', C: 'dotenv' }],
  ['the environment before it', [], { A: 'shell' }, { A: 'shell', B: 'dotenv', C: 'shell' }],
  [
    '--env-file instead of it',
    ['--env-file', 'project/other.env'],
    { B: 'b', C: 'c' },
    { A: 'other', B: 'b', C: 'c' },
  ],
  [
    'the last of several',
    ['--env-file', 'project/other.env', '--env-file', 'project/last.env'],
    { B: 'b', C: 'c' },
    { A: 'last', B: 'b', C: 'c' },
  ],
])('variables come from %s', async (_from, args, environment, expected) => {
  const { document } = await documentOf(['project/compose.yaml', ...args], { environment });
  expect(document).toMatchObject({ name: 'project', services: { s: { environment: expected } } });
});

test.each<[string[], string[]]>([
  [[], ['s', 'd']],
  [['--profile', 'x'], ['s']],
])('COMPOSE_PROFILES counts with %j for %j', async (args, services) => {
  const { document } = await documentOf(['project/compose.yaml', ...args]);
  expect(Object.keys(document.services)).toEqual(services);
});

test('later files are merged over earlier ones, and their paths begin where the first one lies', async () => {
  const { document } = await documentOf(['project/compose.yaml', 'project/more.yaml']);
  expect(document).toMatchObject({
    services: { s: { image: 'i', init: true, configs: [{ source: 'app.conf' }] } },
    configs: { 'app.conf': { content: 'a=1\n' } },
  });
});

test.each([
  ['project/gone.env', 'no such file'],
  ['project/broken.env', 'broken.env:1: the quote is not closed'],
])('--env-file %s is refused', async (file, message) => {
  const { code, stderr } = await documentOf(['project/compose.yaml', '--env-file', file]);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});

test('what docker compose config writes is taken from standard input, whole paths of the project too', async () => {
  const project = path.join(folder, 'project');
  const stdin = `name: app
services:
  s:
    command: null
    entrypoint: null
    depends_on: { db: { condition: service_started, required: true } }
    image: i
    restart: always
    networks: { default: null }
    ports: [{ mode: ingress, target: 80, published: "8080", protocol: tcp }]
    deploy: { resources: {}, placement: {} }
    volumes:
      - { type: bind, source: ${project}/app.conf, target: /app.conf, read_only: true, bind: { create_host_path: true } }
      - { type: volume, source: data, target: /data, volume: {} }
  db: { image: d, restart: always, networks: { default: null } }
networks: { default: { name: app_default, ipam: {} } }
volumes: { data: { name: app_data } }
`;
  const { document, stderr } = await documentOf(['-'], { stdin, cwd: project });
  expect(document).toMatchObject({
    name: 'app',
    services: {
      s: {
        ports: [{ published: '8080', target: 80 }],
        configs: [{ source: 'app.conf', target: '/app.conf' }],
        volumes: [{ source: 'data' }],
        depends_on: { db: { condition: 'service_started' } },
      },
    },
  });
  expect(stderr.split('\n').filter((line) => line !== '')).toEqual([
    expect.stringContaining('comes with the document'),
  ]);
});

test('what validate --json writes is taken from standard input', async () => {
  const { document } = await documentOf(['project/compose.yaml']);
  expect((await documentOf(['-'], { stdin: JSON.stringify(document) })).document).toEqual(document);
});

test('a ready document stands alone', async () => {
  write('a.json', '{}');
  const { code, stderr } = await documentOf(['project/a.json', 'project/compose.yaml']);
  expect({ code, stderr }).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('nothing can be merged with it'),
  });
});
