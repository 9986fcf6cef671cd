import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { planVerb } from '../../../agent/cli/plan-verb.ts';
import { runCommand } from '../../../agent/cli/run.ts';
import { type LocalServer, startLocalServer } from '../../../agent/doors/socket/server.ts';
import { offerPlan } from '../../../agent/operations/plan.ts';
import type { PlanAnswer } from '../../../protocol/operations/plan.ts';
import { NOW } from './fixtures.ts';

let folder = '';
let server: LocalServer | null = null;
let asked: { readonly document: string; readonly source: string }[] = [];
let verdict: PlanAnswer['verdict'] = 'change';

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-plan-'));
  asked = [];
  verdict = 'change';
  const log = { warn: () => undefined, error: () => undefined };
  const planner = {
    async plan(question: (typeof asked)[number]): Promise<PlanAnswer> {
      asked.push(question);
      return {
        ...{ deployment: 'hello', source: 'device', revision: 2, running: 1, verdict, blocked_by: [] },
        ...{ refused: null, services: [], resources: [], fetch: { bytes: 0, images: [] }, disk: null },
        ...{ notes: [], at: NOW.toISOString() },
      };
    },
  };
  const offers = [offerPlan({ planner })];
  server = await startLocalServer({ socketPath: path.join(folder, 'api.sock'), offers, log, group: 'none' });
});

afterEach(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

const COMPOSE = 'name: hello\nservices:\n  web:\n    image: registry.test/web:1\n';

async function run(args: readonly string[], stdin = COMPOSE) {
  let [out, err] = ['', ''];
  const write = (add: (text: string) => void) => ({ write: add, columns: null, hasColour: false });
  const context = {
    environment: { configPath: null, socketPath: path.join(folder, 'api.sock') },
    out: write((text) => {
      out += text;
    }),
    err: write((text) => {
      err += text;
    }),
    now: () => NOW,
    files: { cwd: folder, variables: {}, readStdin: () => ({ ok: true, text: stdin }) as const },
    signal: new AbortController().signal,
  };
  const code = await runCommand(['plan', ...args], context, [planVerb]);
  return { code, out, err };
}

test('a Compose file becomes the document that the agent is asked about, with no revision of its own', async () => {
  const { code, out } = await run(['-']);
  expect({ code, out }).toEqual({
    code: 0,
    out: 'hello revision 2 would change 0 services and keep 0 (revision 1 runs now)\n',
  });
  expect(asked).toMatchObject([{ source: 'device' }]);
  const { document } = asked[0] ?? { document: '' };
  expect(JSON.parse(document)).toMatchObject({ name: 'hello', state: 'present', services: { web: {} } });
  expect(JSON.parse(document)).not.toHaveProperty('revision');
});

test('it may be as if published to a group, and JSON is the answer itself', async () => {
  const { out } = await run(['-', '--to', 'groups/berlin', '--json']);
  expect(asked).toMatchObject([{ source: 'groups/berlin' }]);
  expect(JSON.parse(out)).toMatchObject({ verdict: 'change', revision: 2 });
});

test('the exit code is by the verdict', async () => {
  const codes: Record<string, number> = {};
  for (verdict of ['nothing', 'change', 'blocked', 'not_followed', 'refused'] as const)
    codes[verdict] = (await run(['-'])).code;
  expect(codes).toEqual({ nothing: 0, change: 0, blocked: 1, not_followed: 1, refused: 2 });
});

test('what is typed wrongly asks nobody', async () => {
  expect(await run([])).toMatchObject({ code: 2 });
  expect(await run(['-', '--to', 'elsewhere'])).toMatchObject({ code: 2 });
  expect(await run(['-'], 'name: hello\nservices: 7\n')).toMatchObject({ code: 2 });
  expect(asked).toEqual([]);
});
