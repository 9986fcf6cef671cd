import { expect, test } from 'vitest';
import { linesOfFrames, linesOfTerminal } from '../../../agent/docker/log-stream.ts';
import type { LogLine } from '../../../agent/ports/engine.ts';

const AT = '2026-11-22T03:12:07.123456789Z';

function frame(stream: number, text: string): Buffer {
  const body = Buffer.from(text);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(body.length, 4);
  return Buffer.concat([header, body]);
}

/** In chunks of `size` bytes, as a socket may give them. */
async function* chunksOf(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function all(lines: AsyncIterable<LogLine>): Promise<LogLine[]> {
  const seen: LogLine[] = [];
  for await (const line of lines) seen.push(line);
  return seen;
}

test.each([1, 7, 1000])('two streams are told apart, in chunks of %i bytes', async (size) => {
  const raw = Buffer.concat([frame(1, `${AT} one\n`), frame(2, `${AT} zwö\r\n`), frame(1, `${AT} rest`)]);
  expect(await all(linesOfFrames(chunksOf(raw, size)))).toEqual([
    { stream: 'stdout', at: AT, text: 'one' },
    { stream: 'stderr', at: AT, text: 'zwö' },
    { stream: 'stdout', at: AT, text: 'rest' },
  ]);
});

test('each line has its own time, also an empty one', async () => {
  const later = AT.replace('03:12', '03:14');
  const raw = Buffer.concat([frame(1, `${AT} one\n`), frame(1, `${later} \n`), frame(1, `${later} two\n`)]);
  expect(await all(linesOfFrames(chunksOf(raw, 50)))).toEqual([
    { stream: 'stdout', at: AT, text: 'one' },
    { stream: 'stdout', at: later, text: '' },
    { stream: 'stdout', at: later, text: 'two' },
  ]);
});

test('pieces of a line become one, with the time of the first', async () => {
  const raw = Buffer.concat([frame(1, `${AT} abc`), frame(2, `${AT} x\n`), frame(1, `${AT} def\n`)]);
  expect(await all(linesOfFrames(chunksOf(raw, 50)))).toEqual([
    { stream: 'stderr', at: AT, text: 'x' },
    { stream: 'stdout', at: AT, text: 'abcdef' },
  ]);
});

test('of an endless line 16 KiB are kept', async () => {
  const piece = frame(1, `${AT} ${'x'.repeat(16_000)}`);
  const raw = Buffer.concat([...Array.from({ length: 50 }, () => piece), frame(1, `${AT} end\n`)]);
  const [line] = await all(linesOfFrames(chunksOf(raw, 4096)));
  expect(line?.text).toBe(`${'x'.repeat(16 * 1024)} …`);
});

test('what is no frame ends it with an error', async () => {
  await expect(all(linesOfFrames(chunksOf(Buffer.from('no frames here at all'), 100)))).rejects.toThrow(
    'no frames',
  );
});

test('output of a terminal has no frames', async () => {
  const raw = Buffer.from(`${AT} one\r\nno time\r\n${AT} three`);
  expect(await all(linesOfTerminal(chunksOf(raw, 9)))).toEqual([
    { stream: 'stdout', at: AT, text: 'one' },
    { stream: 'stdout', at: null, text: 'no time' },
    { stream: 'stdout', at: AT, text: 'three' },
  ]);
});
