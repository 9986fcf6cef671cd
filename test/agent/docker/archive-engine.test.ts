import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ArchiveEngine } from '../../../agent/docker/archive-engine.ts';
import { OciError } from '../../../lib/oci/oci-error.ts';

let folder = '';
let server: Server | null = null;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'archive-engine-'));
});
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => server?.close(resolve) ?? resolve(null));
  server = null;
  rmSync(folder, { recursive: true, force: true });
});

async function engineThat(answers: RequestListener): Promise<ArchiveEngine> {
  const socketPath = path.join(folder, 'engine.sock');
  const made = createServer(answers);
  server = made;
  await new Promise<void>((resolve) => made.listen(socketPath, resolve));
  return new ArchiveEngine(socketPath);
}

function load(engine: ArchiveEngine, archive: Readable, signal = new AbortController().signal) {
  return engine.load(archive, signal);
}

test('an archive that breaks off ends the load, and the engine never has the end of it', async () => {
  const heard: string[] = [];
  const engine = await engineThat((request) => {
    request.on('data', (chunk) => heard.push(String(chunk)));
    request.on('end', () => heard.push('end'));
    request.on('error', () => heard.push('cut'));
  });
  async function* broken() {
    yield Buffer.from('begins');
    await expect.poll(() => heard).toContain('begins');
    throw new OciError('content_damaged', 'it is another');
  }
  const loading = load(engine, Readable.from(broken(), { objectMode: false }));
  await expect(loading).rejects.toMatchObject({ code: 'content_damaged' });
  await expect.poll(() => heard).toEqual(['begins', 'cut']);
});

test('an error at the end of an answer that began well is one', async () => {
  const engine = await engineThat((request, response) => {
    request.resume().on('end', () => {
      response.write('{"stream":"Loading layer"}\n');
      response.end('{"errorDetail":{"message":"invalid diffID"},"error":"invalid diffID"}\n');
    });
  });
  expect(await load(engine, Readable.from([Buffer.from('x')]))).toEqual({
    ok: false,
    message: 'invalid diffID',
  });
});

test('a refusal is told in the engine’s words, and a good answer is good', async () => {
  let status = 500;
  const engine = await engineThat((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(
        status === 200 ? '{"stream":"Loaded image: a"}\n' : '{"message":"no space left on device"}',
      );
    });
  });
  const sent = () => Readable.from([Buffer.from('x')]);
  expect(await load(engine, sent())).toEqual({ ok: false, message: 'no space left on device' });
  status = 200;
  expect(await load(engine, sent())).toEqual({ ok: true });
});

test('no engine is told, and the archive is let go', async () => {
  const archive = Readable.from([Buffer.from('x')]);
  const engine = new ArchiveEngine(path.join(folder, 'none.sock'));
  await expect(load(engine, archive)).rejects.toMatchObject({ code: 'engine_unavailable' });
  expect(archive.destroyed).toBe(true);
});

test('an interrupt ends it while the engine unpacks', async () => {
  const ending = new AbortController();
  const engine = await engineThat((request) => {
    request.resume().on('end', () => ending.abort());
  });
  await expect(load(engine, Readable.from([Buffer.from('x')]), ending.signal)).rejects.toThrow();
});
