// What CPython writes when it is at its end itself: `Fatal Python error: …`, and the frames of the thread that did it,
// the innermost first.
// Tested in test/agent/python/find-traceback.test.ts.
import { frameAt } from './frame-at.ts';
import { afterPrefix, type Frame } from './lines.ts';
import type { PlacedLine } from './output.ts';

export interface FatalError {
  readonly at: number;
  readonly message: string;
  /** The outermost first, as in a traceback. */
  readonly frames: readonly Frame[];
  readonly lines: readonly string[];
}

export const FATAL_TYPE = 'Fatal Python error';
const FATAL = `${FATAL_TYPE}: `;
const MAX_LINES = 200;

export function fatalErrorsIn(text: readonly PlacedLine[]): FatalError[] {
  return text.flatMap((line, index) => {
    const from = line.text.indexOf(FATAL);
    return from < 0 ? [] : [fatalError(text.slice(index, index + MAX_LINES), from)];
  });
}

function fatalError(text: readonly PlacedLine[], from: number): FatalError {
  const prefix = text[0]?.text.slice(0, from) ?? '';
  const lines = text.map(({ at, text: line }) => ({ at, text: afterPrefix(line, prefix) ?? '' }));
  const begin = beginOfFrames(lines.map((line) => line.text));
  const { frames, end } = begin < 0 ? { frames: [], end: 1 } : framesFrom(lines, begin + 1);
  return {
    at: lines[end - 1]?.at ?? 0,
    message: lines[0]?.text.slice(FATAL.length) ?? '',
    frames: frames.toReversed(),
    lines: lines.slice(0, end).map((line) => line.text),
  };
}

/** Those of the thread that failed; without one that is told so, those of the first. */
function beginOfFrames(lines: readonly string[]): number {
  const isBegin = (line: string): boolean => line.endsWith('(most recent call first):');
  const current = lines.findIndex((line) => line.startsWith('Current thread ') && isBegin(line));
  return current >= 0 ? current : lines.findIndex(isBegin);
}

function framesFrom(lines: readonly PlacedLine[], begin: number): { frames: Frame[]; end: number } {
  const frames: Frame[] = [];
  let end = begin;
  for (let frame = frameAt(lines, end); frame !== null; frame = frameAt(lines, end)) {
    frames.push(frame.value);
    end += frame.count;
  }
  return { frames, end };
}
