import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { operationVerb } from '../../../agent/cli/operation-verb.ts';
import { runCommand } from '../../../agent/cli/run.ts';
import { type LocalServer, startLocalServer } from '../../../agent/doors/socket/server.ts';
import { echo, offerEcho, read } from '../../fakes/operations.ts';
import { NOW } from './fixtures.ts';

let folder = '';
let server: LocalServer | null = null;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-verb-'));
  const log = { warn: () => undefined, error: () => undefined };
  const offers = [offerEcho(echo), offerEcho(read)];
  server = await startLocalServer({ socketPath: path.join(folder, 'api.sock'), offers, log, group: 'none' });
});

afterEach(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

const rendering = {
  text: (answer: string) => `${answer}!\n`,
  isGood: (answer: string) => !answer.includes('bad'),
};
const { option: _, ...timesBehind } = echo.args.times;
const VERBS = [
  operationVerb(echo, rendering),
  operationVerb(read, rendering),
  operationVerb({ ...echo, name: 'maybe', args: { times: timesBehind } }, rendering),
];

async function run(...args: readonly string[]) {
  let out = '';
  let err = '';
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
    signal: new AbortController().signal,
  };
  return { code: await runCommand(args, context, VERBS), out, err };
}

describe.each(['echo', 'read'])('a verb made of an operation (%s)', (verb) => {
  test('sends what was typed, and shows the answer', async () => {
    expect(await run(verb, 'line', 'a b&c', '--times', '2')).toEqual({
      ...{ code: 0, err: '' },
      out: 'line: a b&c a b&c!\n',
    });
  });

  test('ends with 1 where the answer is bad news', async () => {
    expect(await run(verb, 'line', 'bad')).toMatchObject({ code: 1, out: 'line: bad!\n' });
  });

  test('prints the answer as it came with --json', async () => {
    expect(await run(verb, 'line', 'a', '--json')).toMatchObject({ code: 0, out: '"line: a"\n' });
  });
});

test('its help is made of the same table', async () => {
  const { out } = await run('echo', '--help');
  expect(out).toBe(
    [
      'Usage: holdfast echo DEPLOYMENT LINE [--times N] [--json] [--socket PATH] [--config FILE]',
      '',
      'Say a line again.',
      '',
      'Options:',
      '  --times N      how often',
      "  --json         print the agent's answer as JSON",
      "  --socket PATH  the agent's socket (HOLDFAST_SOCKET, or as configured)",
      '  --config FILE  the configuration that names the socket (HOLDFAST_CONFIG)',
      '  --help         print this',
      '',
    ].join('\n'),
  );
  expect((await run('maybe', '--help')).out).toMatch(/^Usage: holdfast maybe \[N\] \[--json\]/);
});

test.each([
  [['echo'], 'Name one deployment.'],
  [['echo', 'line'], 'Name one line.'],
  [['echo', 'line', 'a', 'b'], 'Name one line.'],
  [['echo', '../line', 'a'], '"../line" is no deployment name.'],
  [['echo', 'line', 'a', '--times', '0'], '--times: a number from 1.'],
  [['echo', 'line', 'a', '--fly'], "Unknown option '--fly'."],
])('%j is refused with usage on stderr and 2', async (args, complaint) => {
  const { code, out, err } = await run(...args);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(/^[^\n]*\n\nUsage: holdfast echo /);
  expect(err).toContain(complaint);
});
