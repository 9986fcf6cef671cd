import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
// Read here, as in a release it is there already: what is measured is how long who is waited for.
import '../../../agent/bystander/look.ts';
import { runCommand } from '../../../agent/cli/run.ts';
import { VERBS } from '../../../agent/cli/verbs.ts';
import { KeptLogFiles } from '../../../agent/store/kept-log-files.ts';
import { openStore } from '../../../agent/store/open-store.ts';
import { makeDeployment, NOW } from './fixtures.ts';

let folder = '';
let servers: Server[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-down-'));
});

afterEach(async () => {
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  servers = [];
  rmSync(folder, { recursive: true, force: true });
});

async function run(args: readonly string[], columns: number | null = null) {
  const all: string[] = [];
  let out = '';
  const take = (text: string): void => {
    out += text;
    all.push(text);
  };
  const code = await runCommand(
    args,
    {
      environment: { configPath: path.join(folder, 'holdfast.toml'), socketPath: null },
      out: { write: take, columns, hasColour: false },
      err: { write: (text) => void all.push(text) },
      now: () => NOW,
      signal: new AbortController().signal,
    },
    VERBS,
  );
  return { code, out, lines: all.join('').split('\n') };
}

function configure(more = ''): void {
  const lines = [
    `data_dir = "${folder}/data"`,
    more,
    `[broker]\nurl = "mqtt://127.0.0.1:1883"`,
    `[engine]\nsocket = "${folder}/engine.sock"`,
    `[local]\nsocket = "${folder}/api.sock"`,
  ];
  writeFileSync(path.join(folder, 'holdfast.toml'), lines.join('\n'));
}

/** Takes connections and says nothing, as a process that is stopped. */
async function freeze(name: string): Promise<void> {
  const server = createServer((connection) => connection.resume());
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(path.join(folder, name), resolve));
}

function storeOne(): void {
  const store = openStore(path.join(folder, 'data'));
  store.saveStatus(makeDeployment({ phase: 'degraded' }));
  store.saveStatus(makeDeployment({ deployment: 'calm' }));
  store.close();
}

it.each(['status', 'why'])('%s of a frozen agent and a frozen engine takes less than 2 s', async (verb) => {
  configure();
  storeOne();
  await freeze('api.sock');
  await freeze('engine.sock');
  const beganMs = performance.now();
  const { code, lines, out } = await run([verb]);
  expect(performance.now() - beganMs).toBeLessThan(2000);
  expect(code).toBe(3);
  expect(lines[0]).toBe(`The agent at ${folder}/api.sock gave no answer in 1.5s.`);
  expect(out).toContain('line-vision  ');
  expect(out.includes('\ncalm  ')).toBe(verb === 'status');
  expect(out).toContain(`Nothing is known of the engine at ${folder}/engine.sock: `);
});

it('names a fault of the configuration first', async () => {
  configure('groups = 3');
  const { code, lines } = await run(['status']);
  expect(code).toBe(3);
  expect(lines[0]).toMatch(/^The agent cannot start with its configuration: .*holdfast\.toml: groups: /);
});

it('does not blame a configuration of which nobody said that it is the one', async () => {
  configure('groups = 3');
  const { lines } = await run(['status', '--socket', path.join(folder, 'other.sock')]);
  expect(lines[0]).toBe(`No agent answers: there is no socket at ${folder}/other.sock.`);
});

it('tells programs the same', async () => {
  configure();
  storeOne();
  const { code, out } = await run(['why', '--json']);
  expect({ code, answer: JSON.parse(out) }).toMatchObject({
    code: 3,
    answer: {
      error: { code: 'agent_unreachable', message: expect.stringContaining('there is no socket') },
      agent: null,
      deployments: [{ deployment: 'calm' }, { deployment: 'line-vision' }],
    },
  });
});

it('fits on 40 columns', async () => {
  configure();
  storeOne();
  const { out } = await run(['status'], 40);
  const long = out.split('\n').filter((line) => line.length > 40 && !line.includes('/'));
  expect(long).toEqual([]);
});

it('logs --previous shows what was kept of a container that is gone, and fails as without it', async () => {
  configure();
  storeOne();
  const none = await run(['logs', 'web', '--previous']);
  const lines = [{ stream: 'stderr', at: '2026-11-22T02:59:00Z', text: 'KeyError' }] as const;
  await new KeptLogFiles(path.join(folder, 'data')).keep(
    { deployment: 'line', service: 'web' },
    {
      ...{ container: 'line-web-1', revision: 2, startedAt: null, exitCode: 1 },
      ...{ keptAt: '2026-11-22T03:00:05Z', lines },
    },
  );
  const shown = await run(['logs', 'line/web', '--previous']);
  expect(shown.code).toBe(3);
  expect(none.code).toBe(3);
  expect(none.out).toBe('');
  expect(shown.out.split('\n')).toEqual([
    '-- container line-web-1 of revision 2, which ran before; exited with code 1, removed at 2026-11-22T03:00:05Z: the end of its log',
    '2026-11-22T02:59:00Z E KeyError',
    '',
  ]);
  for (const args of [['line/web'], ['other', '--previous']])
    expect((await run(['logs', ...args])).out).toBe('');
});
