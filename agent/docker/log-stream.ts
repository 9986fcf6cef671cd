// A container's output as it comes, line by line. No more of it is held than the line that is open in each stream.
// Tested in test/conformance/engine/containers.ts and test/agent/docker/log-stream.test.ts.
import type Docker from 'dockerode';
import type { LogLine, LogOptions, LogsOutcome } from '../ports/engine.ts';
import { answerIn, unavailable, unlessStatus } from './engine-error.ts';
import { splitLines } from './logs.ts';

const HEADER_BYTES = 8;
/** Engines cut at 16 KiB; what announces more is no frame. */
const MAX_FRAME_BYTES = 2 * 1024 * 1024;
/** Of a longer line the rest is left out. */
const MAX_LINE_BYTES = 16 * 1024;
const TIMESTAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) ?/;

type Chunks = AsyncIterable<Buffer>;

/** `docker` answers at once; `patient` may be silent for long. */
export async function openLogs(
  { docker, patient }: { readonly docker: Docker; readonly patient: Docker },
  container: string,
  options: LogOptions,
): Promise<LogsOutcome> {
  try {
    const info = await unlessStatus(404, docker.getContainer(container).inspect());
    if (info === null) return { kind: 'missing' };
    const chunks = await request(patient, container, options);
    const lines = info.Config.Tty ? linesOfTerminal(chunks) : linesOfFrames(chunks);
    return { kind: 'lines', lines: untilAborted(lines, options.signal) };
  } catch (error) {
    const answer = answerIn(error);
    if (answer !== null) return { kind: 'refused', message: answer.message };
    throw unavailable(error);
  }
}

/** By `dial`, as dockerode reads what does not follow into memory, however long it is. */
function request({ modem }: Docker, container: string, options: LogOptions): Promise<Chunks> {
  const { follow, since, until, tail, signal } = options;
  const query = {
    ...{ stdout: true, stderr: true, timestamps: true, follow, tail: tail ?? 'all' },
    ...(since === null ? {} : { since: toSeconds(since) }),
    ...(until === null ? {} : { until: toSeconds(until) }),
  };
  return new Promise((resolve, reject) => {
    modem.dial(
      {
        ...{ path: `/containers/${container}/logs?`, method: 'GET', options: query, isStream: true },
        ...{ abortSignal: signal, statusCodes: { 200: true, 404: 'no such container', 500: 'server error' } },
      },
      (error: unknown, stream: unknown) => {
        // Sound: with `isStream` the answer is the response itself.
        if (error === null || error === undefined) resolve(stream as Chunks);
        else reject(error);
      },
    );
  });
}

/** `1763777527.123456789`, as the engine takes a time. */
function toSeconds(at: string): string {
  const fraction = /\.(\d+)/.exec(at)?.[1] ?? '0';
  return `${Math.floor(Date.parse(at) / 1000)}.${fraction.padEnd(9, '0')}`;
}

async function* untilAborted(lines: AsyncIterable<LogLine>, signal: AbortSignal): AsyncGenerator<LogLine> {
  try {
    yield* lines;
  } catch (error) {
    if (!signal.aborted) throw unavailable(error);
  }
}

/** A line of one stream that has not ended yet. */
class OpenLine {
  #at: string | null = null;
  #parts: Buffer[] = [];
  #bytes = 0;

  get isEmpty(): boolean {
    return this.#bytes === 0;
  }

  add(part: Buffer, at: string | null): void {
    this.#at ??= at;
    const room = Math.max(0, MAX_LINE_BYTES - this.#bytes);
    if (room > 0) this.#parts.push(part.subarray(0, room));
    this.#bytes += part.length;
  }

  end(): { readonly at: string | null; readonly text: string } {
    const text = Buffer.concat(this.#parts).toString('utf8').replace(/\r$/, '');
    const ended = { at: this.#at, text: this.#bytes > MAX_LINE_BYTES ? `${text} …` : text };
    this.#at = null;
    this.#parts = [];
    this.#bytes = 0;
    return ended;
  }
}

/** Each frame is a line or a piece of one, with the time before it. */
export async function* linesOfFrames(chunks: Chunks): AsyncGenerator<LogLine> {
  const open = { stdout: new OpenLine(), stderr: new OpenLine() };
  for await (const { stream, payload } of framesOf(chunks)) {
    const line = open[stream];
    const at = TIMESTAMP.exec(payload.subarray(0, 64).toString('latin1'));
    const parts = splitLines(payload.subarray(at?.[0].length ?? 0));
    for (const [index, part] of parts.entries()) {
      const isOpen = index === parts.length - 1;
      // Nothing of the next line has come yet: its time is not this one's.
      if (isOpen && part.length === 0) continue;
      line.add(part, at?.[1] ?? null);
      if (!isOpen) yield { stream, ...line.end() };
    }
  }
  for (const stream of ['stdout', 'stderr'] as const)
    if (!open[stream].isEmpty) yield { stream, ...open[stream].end() };
}

/** Output of a container with a terminal is one stream with no frames. */
export async function* linesOfTerminal(chunks: Chunks): AsyncGenerator<LogLine> {
  const line = new OpenLine();
  const end = (): LogLine => {
    const { text } = line.end();
    const [stamp = '', at = null] = TIMESTAMP.exec(text) ?? [];
    return { stream: 'stdout', at, text: text.slice(stamp.length) };
  };
  for await (const chunk of chunks) {
    const parts = splitLines(chunk);
    for (const [index, part] of parts.entries()) {
      line.add(part, null);
      if (index < parts.length - 1) yield end();
    }
  }
  if (!line.isEmpty) yield end();
}

interface Frame {
  readonly stream: LogLine['stream'];
  readonly payload: Buffer;
}

async function* framesOf(chunks: Chunks): AsyncGenerator<Frame> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + rest.readUInt32BE(4);
      if (end > MAX_FRAME_BYTES)
        throw new Error('the output of the container has no frames that can be read');
      if (rest.length < end) break;
      yield { stream: rest[0] === 2 ? 'stderr' : 'stdout', payload: rest.subarray(HEADER_BYTES, end) };
      rest = rest.subarray(end);
    }
  }
}
