// Container logs. The engine frames what a container writes with an 8-byte header where there is no terminal, and cuts a
// long line into pieces, each a frame of its own and to the engine a line.
import type Docker from 'dockerode';
import type { OutputLine } from '../model/last-words.ts';

const HEADER_BYTES = 8;
const STDERR = 2;
/** What is read at most: 8 MiB of pieces, as Docker cuts at 16 KiB (moby, `daemon/logger/copier.go`). A line that is longer hides what was before it. */
const MAX_PIECES = 512;
const NEWLINE = 0x0a;
/** So late the last lines of a run may come to its log; no other run begins so soon. */
const LATE_MS = 50;

/** The last lines of a container's output, oldest first, whole but for what the bound cuts off. */
export async function readOutput(docker: Docker, container: string): Promise<OutputLine[]> {
  return linesOf(await readPieces(docker, container));
}

/**
 * The same of its present run alone: a container keeps what earlier runs wrote. Told apart by the end of the run before, as the
 * engine notes a start when the program has written its first lines already.
 */
export async function readOutputOfRun(docker: Docker, container: string): Promise<OutputLine[]> {
  const { State } = await docker.getContainer(container).inspect();
  const ended = Date.parse(State.FinishedAt);
  return linesOf(await readPieces(docker, container, ended > 0 ? (ended + LATE_MS) / 1000 : 0));
}

/** `since` in seconds since 1970; 0 is all. */
function readPieces(docker: Docker, container: string, since = 0): Promise<Buffer> {
  const options = { stdout: true, stderr: true, tail: MAX_PIECES, follow: false } as const;
  return docker.getContainer(container).logs({ ...options, since });
}

/** The same without lines whose beginning the bound cut off: in half a secret nobody would recognise it. */
export async function readWholeLines(docker: Docker, container: string): Promise<OutputLine[]> {
  const raw = await readPieces(docker, container);
  const pieces = piecesOf(raw);
  // Of a terminal: where its lines begin nobody says.
  if (pieces[0]?.text === raw) return joined(pieces).slice(raw.includes(NEWLINE) ? 1 : 0);
  return joined(pieces.length < MAX_PIECES ? pieces : afterFirstEnds(pieces));
}

/** Of each stream what follows the first end of a line. */
function afterFirstEnds(pieces: readonly Piece[]): Piece[] {
  const ended = new Set<number>();
  return pieces.filter(({ stream, text }) => {
    const isAfter = ended.has(stream);
    if (text.at(-1) === NEWLINE) ended.add(stream);
    return isAfter;
  });
}

/** The lines of both streams, in the order of their ends. Blank ones at the end are of no use to a reader. */
export function linesOf(raw: Buffer): OutputLine[] {
  return joined(piecesOf(raw));
}

function joined(pieces: readonly Piece[]): OutputLine[] {
  const lines: OutputLine[] = [];
  const open = new Map<number, Buffer[]>();
  const end = (stream: number): void => {
    const line = Buffer.concat(open.get(stream) ?? []).toString('utf8');
    lines.push({ stream: stream === STDERR ? 'stderr' : 'stdout', text: line.replace(/\r$/, '') });
    open.delete(stream);
  };
  for (const { stream, text } of pieces) {
    const parts = splitLines(text);
    for (const [index, part] of parts.entries()) {
      open.set(stream, [...(open.get(stream) ?? []), part]);
      if (index < parts.length - 1) end(stream);
    }
  }
  for (const [stream, parts] of open) if (parts.some(({ length }) => length > 0)) end(stream);
  while (lines.at(-1)?.text.trim() === '') lines.pop();
  return lines;
}

/** As `split` of text would: the last part is what follows the last newline. */
export function splitLines(text: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = text.indexOf(NEWLINE); at >= 0; at = text.indexOf(NEWLINE, from)) {
    parts.push(text.subarray(from, at));
    from = at + 1;
  }
  return [...parts, text.subarray(from)];
}

interface Piece {
  readonly stream: number;
  readonly text: Buffer;
}

/** Output of a container with a terminal has no frames and is one piece. */
function piecesOf(raw: Buffer): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  while (at + HEADER_BYTES <= raw.length) {
    const stream = raw[at] ?? 255;
    if (stream > 2 || raw.readUIntBE(at + 1, 3) !== 0) return [{ stream: 1, text: raw }];
    const end = at + HEADER_BYTES + raw.readUInt32BE(at + 4);
    pieces.push({ stream, text: raw.subarray(at + HEADER_BYTES, end) });
    at = end;
  }
  return pieces;
}
