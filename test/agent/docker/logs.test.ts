import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { connectDocker } from '../../../agent/docker/client.ts';
import { linesOf as outputOf, readOutput } from '../../../agent/docker/logs.ts';

const PIECE_BYTES = 16 * 1024;

function linesOf(raw: Buffer): string[] {
  return outputOf(raw).map(({ text }) => text);
}

function frame(stream: number, text: string | Buffer): Buffer {
  const body = Buffer.from(text);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(body.length, 4);
  return Buffer.concat([header, body]);
}

/** As the engine stores one line: in pieces, of which the last ends with the newline. */
function piecesOf(stream: number, line: string): Buffer[] {
  const bytes = Buffer.from(`${line}\n`);
  const count = Math.ceil(bytes.length / PIECE_BYTES);
  return Array.from({ length: count }, (_, n) =>
    frame(stream, bytes.subarray(n * PIECE_BYTES, (n + 1) * PIECE_BYTES)),
  );
}

test('strips the frames of both streams, in order', () => {
  const raw = Buffer.concat([frame(1, 'one\n'), frame(2, 'two\n'), frame(1, ''), frame(1, 'three\n')]);
  expect(linesOf(raw)).toEqual(['one', 'two', 'three']);
});

test('takes the output of a terminal as it is, without its carriage returns', () => {
  expect(linesOf(Buffer.from('plain output\r\nof a terminal\r\n'))).toEqual([
    'plain output',
    'of a terminal',
  ]);
});

test('takes nothing, and what is cut short', () => {
  expect(linesOf(Buffer.alloc(0))).toEqual([]);
  expect(linesOf(frame(1, 'whole\n').subarray(0, 11))).toEqual(['who']);
});

test('joins the pieces of a line, also where the other stream writes in between', () => {
  const raw = Buffer.concat([frame(1, 'be'), frame(2, 'error\n'), frame(1, 'gin\nnext')]);
  expect(linesOf(raw)).toEqual(['error', 'begin', 'next']);
});

test('joins a character that is cut between two pieces', () => {
  const bytes = Buffer.from('\u{1f321}\n');
  expect(linesOf(Buffer.concat([frame(1, bytes.subarray(0, 2)), frame(1, bytes.subarray(2))]))).toEqual([
    '\u{1f321}',
  ]);
});

test('says of each line which stream it is of', () => {
  const raw = Buffer.concat([frame(1, 'be'), frame(2, 'error\n'), frame(1, 'gin\n')]);
  expect(outputOf(raw)).toEqual([
    { stream: 'stderr', text: 'error' },
    { stream: 'stdout', text: 'begin' },
  ]);
});

test('leaves blank lines at the end out, and none in between', () => {
  expect(linesOf(frame(1, 'a\n\nb\n \n\n'))).toEqual(['a', '', 'b']);
});

test('gives back whatever was written, in whatever pieces', () => {
  const line = fc.stringMatching(/^[a-z]{1,20}$/);
  const cuts = fc.array(fc.nat({ max: 200 }));
  fc.assert(
    fc.property(fc.array(line, { minLength: 1 }), cuts, (lines, at) => {
      const text = Buffer.from(`${lines.join('\n')}\n`);
      const bounds = [0, ...at.filter((cut) => cut < text.length).toSorted((a, b) => a - b), text.length];
      const frames = bounds.slice(1).map((to, n) => frame(1, text.subarray(bounds[n], to)));
      expect(linesOf(Buffer.concat(frames))).toEqual(lines);
    }),
  );
});

/** An engine whose container wrote this; each frame is a line to it. `tails` is what was asked. */
async function readFrom(frames: readonly Buffer[]) {
  const dir = mkdtempSync(join(tmpdir(), 'hf-logs-'));
  const tails: number[] = [];
  const server = createServer(({ url = '' }, response) => {
    const tail = Number(new URL(url, 'http://engine').searchParams.get('tail'));
    tails.push(tail);
    response.end(Buffer.concat(frames.slice(-tail)));
  });
  const socket = join(dir, 'engine.sock');
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  const lines = (await readOutput(connectDocker(socket), 'a')).map(({ text }) => text);
  await new Promise((resolve) => server.close(resolve));
  rmSync(dir, { recursive: true });
  return { lines, tails };
}

test('one line of 3 MB takes the place of one', async () => {
  const long = 'y'.repeat(3_000_000);
  const before = Array.from({ length: 20 }, (_, n) => frame(1, `line ${n}\n`));
  const { lines } = await readFrom([...before, ...piecesOf(1, long), frame(2, 'the end\n')]);
  expect(lines).toHaveLength(22);
  expect(lines.slice(-3)).toEqual(['line 19', long, 'the end']);
});

test('what is read is bounded, however long a line is', async () => {
  const frames = Array.from({ length: 2000 }, () => frame(1, 'z'.repeat(PIECE_BYTES)));
  const { lines, tails } = await readFrom([frame(1, 'before\n'), ...frames, frame(1, '\n')]);
  expect(lines).toHaveLength(1);
  expect(Math.max(...tails) * PIECE_BYTES).toBeLessThanOrEqual(8 * 1024 ** 2);
});
