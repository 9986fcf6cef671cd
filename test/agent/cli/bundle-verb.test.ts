import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCommand } from '../../../agent/cli/run.ts';
import { VERBS } from '../../../agent/cli/verbs.ts';
import { readTar } from '../../../lib/oci/tar.ts';
import { NOW } from './fixtures.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-verb-'));
  const lines = [
    `data_dir = "${folder}/data"`,
    `[broker]\nurl = "mqtt://127.0.0.1:1883"`,
    `[engine]\nsocket = "${folder}/engine.sock"`,
    `[local]\nsocket = "${folder}/api.sock"`,
  ];
  writeFileSync(path.join(folder, 'holdfast.toml'), lines.join('\n'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function run(...args: readonly string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCommand(
    ['bundle', ...args],
    {
      environment: { configPath: path.join(folder, 'holdfast.toml'), socketPath: null },
      out: { write: (more) => void out.push(more), columns: null, hasColour: false },
      err: { write: (more) => void err.push(more) },
      now: () => NOW,
      signal: new AbortController().signal,
    },
    VERBS,
  );
  return { code, out: out.join(''), err: err.join('') };
}

async function unpack(file: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for await (const entry of readTar(Readable.from([gunzipSync(readFileSync(file))])))
    files[entry.path] = await text(entry.content);
  return files;
}

it('writes an archive with its list, with no agent, store and engine', async () => {
  const file = path.join(folder, 'bundle.tar.gz');
  const { code, out } = await run('--out', file);
  expect({ code, first: out.split('\n')[0] }).toEqual({
    code: 0,
    first: expect.stringMatching(/bundle\.tar\.gz: \d files, with secrets masked\./),
  });
  const files = await unpack(file);
  const manifest = JSON.parse(files['holdfast-bundle/MANIFEST.json'] ?? '');
  expect(manifest).toMatchObject({ created_at: NOW.toISOString() });
  expect(manifest.files.map((one: { path: string }) => `holdfast-bundle/${one.path}`)).toEqual(
    Object.keys(files).slice(1),
  );
  expect(manifest.missing).toContainEqual({
    what: 'status.json',
    why: `No agent answers: there is no socket at ${folder}/api.sock.`,
  });
});

it('says as JSON what it holds', async () => {
  const file = path.join(folder, 'bundle.tar.gz');
  const { out } = await run('--out', file, '--json');
  expect(JSON.parse(out)).toMatchObject({ file, files: expect.any(Array), missing: expect.any(Array) });
});

it('writes over no other file', async () => {
  const file = path.join(folder, 'holdfast.toml');
  const { code, err } = await run('--out', file);
  expect(code).toBe(1);
  expect(err).toBe(
    `${file} is not written: there is a file already.\nHint: Name another file, or write over it with --force.\n`,
  );
});

it('has to be told where', async () => {
  expect((await run()).code).toBe(2);
});
