import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCommand } from '../../../agent/cli/run.ts';
import { VERBS } from '../../../agent/cli/verbs.ts';
import { type LocalServer, startLocalServer } from '../../../agent/doors/socket/server.ts';
import { offer } from '../../../agent/operations/offer.ts';
import { type Applied, apply } from '../../../protocol/operations/apply.ts';
import { NOW } from './fixtures.ts';

const HASH = `sha256:${'a'.repeat(64)}`;
const APPLIED: Applied = {
  ...{ deployment: 'app', revision: 8, hash: HASH, is_new: true },
  ...{ replaces: { revision: 7, origin: 'fleet' }, hides: null },
};

let folder = '';
let server: LocalServer | null = null;
let asked: string[] = [];

async function serve(answer: Applied | { code: string; message: string }) {
  const offered = offer(apply, async ({ document }) => {
    asked.push(document);
    return 'code' in answer ? { kind: 'refused', ...answer } : { kind: 'accepted', answer };
  });
  const log = { warn: () => undefined, error: () => undefined };
  const socketPath = path.join(folder, 'api.sock');
  server = await startLocalServer({ socketPath, offers: [offered], log, group: 'none' });
}

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-apply-'));
  asked = [];
  writeFileSync(path.join(folder, 'compose.yaml'), 'name: app\nservices: { web: { image: "web:1" } }\n');
});

afterEach(async () => {
  await server?.close();
  server = null;
  rmSync(folder, { recursive: true, force: true });
});

async function run(...args: readonly string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const context = {
    environment: { configPath: null, socketPath: path.join(folder, 'api.sock') },
    out: { write: (text: string) => void out.push(text), columns: null, hasColour: false },
    err: { write: (text: string) => void err.push(text) },
    now: () => NOW,
    files: { cwd: folder, variables: {}, readStdin: () => ({ ok: true, text: '' }) as const },
    signal: new AbortController().signal,
  };
  const code = await runCommand(['apply', ...args], context, VERBS);
  return { code, out: out.join(''), err: err.join('') };
}

test('sends the document of the file, and says what became of it', async () => {
  await serve(APPLIED);
  const { code, out } = await run('compose.yaml');
  expect({ code, out }).toEqual({
    code: 0,
    out: 'app: revision 8 is accepted, after 7 of the fleet.\nSee: holdfast status\n',
  });
  expect(asked.map((document) => JSON.parse(document))).toMatchObject([
    { schema: 'holdfast.deployment/1', name: 'app', services: { web: { image: 'web:1' } } },
  ]);
});

test('says where nothing changes, and which group’s document is hidden', async () => {
  await serve({ ...APPLIED, is_new: false, replaces: null, hides: 'groups/berlin' });
  expect((await run('compose.yaml')).out).toBe(
    [
      'app: nothing changes; revision 8 asks the same already.',
      'While it counts, that of groups/berlin does not; a document that says "inherit" ends it.',
      'See: holdfast status',
      '',
    ].join('\n'),
  );
});

test('prints the answer, and what was loaded, with --json', async () => {
  await serve(APPLIED);
  expect(JSON.parse((await run('compose.yaml', '--json')).out)).toEqual({ ...APPLIED, loaded: [] });
});

test('a refusal ends with 1, and says why', async () => {
  await serve({ code: 'stale', message: 'refused: revision: 3 is older than 4, which was accepted before' });
  expect(await run('compose.yaml')).toMatchObject({
    code: 1,
    err: expect.stringContaining('Refused: revision: 3 is older than 4, which was accepted before.'),
  });
});

test('a wrong file is told with 2, and the agent is not asked', async () => {
  await serve(APPLIED);
  writeFileSync(path.join(folder, 'wrong.yaml'), 'services: { web: { image: a, mem_limit: lots } }\n');
  expect(await run('wrong.yaml')).toMatchObject({ code: 2, err: expect.stringContaining('wrong.yaml:1:') });
  expect(asked).toEqual([]);
});

test('where images lie beside it and no engine answers, it ends with 3, and the document is not sent', async () => {
  await serve(APPLIED);
  writeFileSync(path.join(folder, 'holdfast.toml'), `[engine]\nsocket = "${folder}/engine.sock"\n`);
  writeFileSync(path.join(folder, 'images.tar'), 'no tar');
  const { code, err } = await run(
    'compose.yaml',
    '--config',
    path.join(folder, 'holdfast.toml'),
    '--socket',
    path.join(folder, 'api.sock'),
  );
  expect({ code, err }).toEqual({ code: 3, err: expect.stringContaining('engine cannot be reached') });
  expect(asked).toEqual([]);
});

test('with no agent it ends with 3', async () => {
  expect(await run('compose.yaml')).toMatchObject({ code: 3 });
});
