import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCommand } from '../../../agent/cli/run.ts';
import { streamVerb } from '../../../agent/cli/stream-verb.ts';
import { NOBODY_READS } from '../../../lib/program/output-errors.ts';
import { STREAM_ARGS } from '../../../protocol/operations/stream-args.ts';
import { plain } from '../../fakes/operations.ts';
import { NOW } from './fixtures.ts';

const VERB = streamVerb(
  { ...plain, args: STREAM_ARGS, isStream: true },
  (item) => `item ${JSON.stringify(item)}\n`,
);

let folder = '';
let server: Server | null = null;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-stream-'));
});

afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => server?.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

/** A stand-in agent; returns the paths that it was asked for. */
async function serve(answer: (response: ServerResponse) => void): Promise<string[]> {
  const asked: string[] = [];
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(response);
  });
  await new Promise<void>((resolve) => server?.listen(path.join(folder, 'api.sock'), resolve));
  return asked;
}

async function run(
  args: readonly string[],
  onOut: (abort: (reason?: unknown) => void) => void = () => undefined,
) {
  let out = '';
  let err = '';
  const ending = new AbortController();
  const context = {
    environment: { configPath: null, socketPath: path.join(folder, 'api.sock') },
    out: {
      columns: null,
      hasColour: false,
      write: (text: string) => {
        out += text;
        onOut((reason) => ending.abort(reason));
      },
    },
    err: {
      write: (text: string) => {
        err += text;
      },
    },
    now: () => NOW,
    signal: ending.signal,
  };
  const code = await runCommand(['plain', ...args], context, [VERB]);
  return { code, out, err };
}

test('prints each item, however the answer is cut into pieces', async () => {
  await serve((response) => {
    response.write('{"a":1}\n{"a"');
    setImmediate(() => response.end(':"ü"}\n'));
  });
  expect(await run([])).toEqual({ code: 0, err: '', out: 'item {"a":1}\nitem {"a":"ü"}\n' });
});

test('prints one JSON object a line with --json, with nothing that drives a terminal', async () => {
  await serve((response) => response.end(`${JSON.stringify({ a: '\u001b[2J\u202e' })}\n{"a":2}\n`));
  expect((await run(['--json'])).out).toBe('{"a":"\\u001b[2J\\u202e"}\n{"a":2}\n');
});

test('asks with its flags and options', async () => {
  const asked = await serve((response) => response.end());
  await run(['-f', '--since', '10m', '--tail', '5']);
  expect(asked).toEqual(['/v1/plain?follow=true&since=10m&tail=5']);
  expect(await run(['--tail', 'all'])).toMatchObject({ code: 2 });
});

test('ends when it is asked to, with the code of an interrupt', async () => {
  await serve((response) => response.write('1\n'));
  expect(await run([], (abort) => abort())).toEqual({ code: 130, out: 'item 1\n', err: '' });
});

test('ends well where nobody reads any more, as `| head` does', async () => {
  await serve((response) => response.write('1\n'));
  const outcome = await run([], (abort) => abort(NOBODY_READS));
  expect(outcome).toEqual({ code: 0, out: 'item 1\n', err: '' });
});

test('says that the agent went away in the middle, and ends with 3', async () => {
  await serve((response) => response.write('1\n', () => response.destroy()));
  const { code, out, err } = await run([]);
  expect({ code, out }).toEqual({ code: 3, out: 'item 1\n' });
  expect(err).toMatch(/went away in the middle/);
});

test('says why the agent refuses, and that there is none', async () => {
  await serve((response) =>
    response.writeHead(404).end('{"code":"no_such_name","message":"There is none."}\n'),
  );
  expect(await run([])).toMatchObject({ code: 1, out: '', err: 'There is none.\n' });
  server?.closeAllConnections();
  await new Promise((resolve) => server?.close(resolve));
  expect(await run([])).toMatchObject({ code: 3, err: expect.stringContaining('No agent answers') });
});

test('what is no item of this verb is told as another version', async () => {
  await serve((response) => response.end('no json\n'));
  expect(await run([])).toMatchObject({ code: 3, err: expect.stringContaining('went away in the middle') });
});
