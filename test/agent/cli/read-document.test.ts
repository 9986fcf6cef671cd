import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FILE_OPTIONS, FILE_POSITIONALS, readDocument } from '../../../agent/cli/read-document.ts';
import { runCommand } from '../../../agent/cli/run.ts';
import type { Verb } from '../../../agent/cli/verb.ts';
import { EXIT } from '../../../lib/program/exit-codes.ts';
import { runHoldfastctl } from '../../fleet/support/run-holdfastctl.ts';
import { NOW } from './fixtures.ts';

const VERB: Verb = {
  name: 'show',
  summary: 'show the document',
  positionals: FILE_POSITIONALS,
  options: [...FILE_OPTIONS, { name: 'json', summary: 'as JSON' }],
  async run(typed, context) {
    context.out.write(JSON.stringify(await readDocument(typed, context)));
    return EXIT.good;
  },
};

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'stick-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(name: string, content: string | Buffer): string {
  writeFileSync(path.join(folder, name), content);
  return name;
}

async function run(args: readonly string[], stdin = '') {
  const out: string[] = [];
  const err: string[] = [];
  const context = {
    environment: { configPath: null, socketPath: null },
    out: { write: (text: string) => void out.push(text), columns: null, hasColour: false },
    err: { write: (text: string) => void err.push(text) },
    now: () => NOW,
    files: {
      cwd: folder,
      variables: { TAG: '7' },
      readStdin: () => ({ ok: true, text: stdin }) as const,
    },
    signal: new AbortController().signal,
  };
  return { code: await runCommand(['show', ...args], context, [VERB]), out: out.join(''), err: err.join('') };
}

const COMPOSE = `name: app\nservices: { web: { image: "web:\${TAG}", restart: always } }\n`;

test('a Compose file becomes the document, with the variables of the process and no revision', async () => {
  const { code, out, err } = await run([put('compose.yaml', COMPOSE)]);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(JSON.parse(out)).toEqual({
    ...{ schema: 'holdfast.deployment/1', name: 'app', state: 'present' },
    services: { web: { image: 'web:7', restart: 'always' } },
  });
});

test('a later file is merged over it, and --name beats both', async () => {
  const over = put('over.yaml', 'services: { web: { image: "web:8" } }');
  const { out } = await run([put('compose.yaml', COMPOSE), over, '--name', 'other']);
  expect(JSON.parse(out)).toMatchObject({ name: 'other', services: { web: { image: 'web:8' } } });
});

test('a ready document keeps its revision, also from standard input', async () => {
  const document = {
    ...{ schema: 'holdfast.deployment/1', name: 'app', revision: 7, state: 'present' },
    services: { web: { image: 'web:7' } },
  };
  expect(JSON.parse((await run(['-'], JSON.stringify(document))).out)).toEqual(document);
  expect(JSON.parse((await run([put('app.json', JSON.stringify(document))])).out)).toEqual(document);
});

test('what would mean something else on a device is noted', async () => {
  const { code, err } = await run([put('compose.yaml', `${COMPOSE}networks: { default: { name: x } }\n`)]);
  expect({ code, err }).toEqual({
    code: 0,
    err: expect.stringMatching(/^note: compose.yaml:3:\d+: networks.default.name: other deployments/),
  });
});

const FAULTY: readonly (readonly [string, string | Buffer])[] = [
  ['wrong.yaml', 'name: app\nservices: { web: { image: "web:1", mem_limit: lots } }\n'],
  ['latin.yaml', Buffer.from([0x61, 0xe4])],
  ['long.yaml', Buffer.alloc(100 * 1024 * 1024, '#')],
  ['app.json', '{"schema": "holdfast.deployment/1", "name": "app", "revision": 0, "services": {}}'],
  ['cut.json', '{"schema": '],
  ['big.yaml', `name: app\nservices: { web: { image: i, labels: { a: "${'x'.repeat(70_000)}" } } }\n`],
];

test.each(FAULTY)('%s is told as holdfastctl tells it, with exit code 2', async (name, content) => {
  put(name, content);
  const file = path.join(folder, name);
  const own = await run([file, '--json']);
  const managers = await runHoldfastctl(['validate', file, '--json']);
  expect(own.code).toBe(2);
  expect(managers.code).toBe(2);
  expect(JSON.parse(own.out)).toEqual(JSON.parse(managers.stdout));
});

test('a folder, a device without an end and a file that is not there are told', async () => {
  mkdirSync(path.join(folder, 'sub'));
  expect(await run(['sub'])).toMatchObject({ code: 2, err: expect.stringContaining('sub cannot be read') });
  expect(await run(['/dev/zero'])).toMatchObject({ code: 2, err: expect.stringContaining('the limit') });
  expect(await run(['none'])).toMatchObject({ code: 2, err: expect.stringContaining('none cannot be read') });
});

test('no file and no name are wrong usage', async () => {
  expect(await run([])).toMatchObject({ code: 2, err: expect.stringContaining('Name a file') });
  put('compose.yaml', COMPOSE);
  expect(await run(['compose.yaml', '--name', 'A B'])).toMatchObject({ code: 2, err: /--name/ });
});
