// A dump of all threads as faulthandler writes it, the innermost frame of each first; and of tasks as the hook does.
// Tested in test/agent/python/find-hang.test.ts.
import { frameAt } from './frame-at.ts';
import { beginsFrame, type Frame } from './lines.ts';
import { type PlacedLine, TRACEBACK } from './output.ts';

export interface Stack {
  readonly of: 'thread' | 'task';
  /** The innermost first; none where it runs no Python. */
  readonly frames: readonly Frame[];
}

/** Newer ones tell a thread's name behind its number. */
const HEADER = /(Current thread|Thread|Task) 0x[0-9a-f]{1,16}(?: .{0,100})? \(most recent call first/;
const MAX_STACKS = 300;
/** Lines of others between two frames. */
const MAX_STRANGERS = 20;

export function stacksIn(text: readonly PlacedLine[]): Stack[] {
  const stacks: Stack[] = [];
  for (let index = 0; index < text.length && stacks.length < MAX_STACKS; index += 1) {
    const kind = HEADER.exec(text[index]?.text ?? '')?.[1];
    if (kind !== undefined)
      stacks.push({ of: kind === 'Task' ? 'task' : 'thread', frames: framesFrom(text, index + 1) });
  }
  return stacks;
}

export function isDumpHeader(line: string): boolean {
  return HEADER.test(line);
}

/** Unlike a traceback's, frames of a dump have no comma behind the line. */
const FRAME = /^ {2}File "[^"]{1,1000}", line \d{1,9} in /;

/** Whether a line is one of a dump; blank ones between its stacks are of no use either. */
export function isOfDump(line: string): boolean {
  return line === '' || isDumpHeader(line) || FRAME.test(line);
}

function framesFrom(text: readonly PlacedLine[], begin: number): Frame[] {
  const frames: Frame[] = [];
  let strangers = 0;
  for (let index = begin; index < text.length && strangers <= MAX_STRANGERS; ) {
    const line = text[index]?.text ?? '';
    if (line.trim() === '' || HEADER.test(line) || line.includes(TRACEBACK)) break;
    const frame = beginsFrame(line) ? frameAt(text, index) : null;
    if (frame !== null) frames.push(frame.value);
    strangers = frame === null ? strangers + 1 : 0;
    index += frame?.count ?? 1;
  }
  return frames;
}
