// The room's duty: to find in what a container wrote the traceback that explains its death, and to say what it is of.
// It trusts nothing that it reads, and its work is bounded by the output's length.
import type { OutputLine } from '../model/last-words.ts';
import { type Block, blocksIn } from './blocks.ts';
import { FATAL_TYPE, type FatalError, fatalErrorsIn } from './fatal.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { Frame } from './lines.ts';
import { type PlacedLine, rejoined, textsOf } from './output.ts';
import { isOfLibrary } from './plumbing.ts';

export interface Traceback {
  /** As Python writes it, with the module: `json.decoder.JSONDecodeError`; `Fatal Python error` where CPython gave up. */
  readonly type: string;
  /** Its first line. */
  readonly message: string;
  /** The innermost frame; `null` where the output tells none. */
  readonly place: Frame | null;
  /** The innermost frame that is not in a library; `null` where all are. */
  readonly culprit: Frame | null;
  /** See `fingerprint.ts`. */
  readonly fingerprint: string;
  /** As written, without what others wrote in between, its causes first; the end of it where it is long. */
  readonly text: string;
}

type Found = Omit<Traceback, 'fingerprint' | 'place' | 'culprit'> & {
  readonly at: number;
  readonly isAside: boolean;
  readonly frames: readonly Frame[];
  /** What else tells it from others. */
  readonly also: string;
};

const MAX_TEXT = 8000;
const MAX_CHAIN = 20;

/** The last one, unless it was only told on the way out; `null` where there is none. */
export function findTraceback(output: readonly OutputLine[]): Traceback | null {
  return findIn(output) ?? findIn(rejoined(output));
}

function findIn(output: readonly OutputLine[]): Traceback | null {
  const found = textsOf(output)
    .flatMap(foundIn)
    .toSorted((one, other) => one.at - other.at);
  const best = found.findLast(({ isAside }) => !isAside) ?? found.at(-1);
  if (best === undefined) return null;
  const { type, message, frames, text, also } = best;
  const culprit = frames.findLast((frame) => !isOfLibrary(frame)) ?? null;
  const fingerprint = fingerprintOf({ type, message: `${message}${also}`, frames });
  return { type, message, place: frames.at(-1) ?? null, culprit, fingerprint, text };
}

function foundIn(text: readonly PlacedLine[]): Found[] {
  return [...blocksIn(text).map(foundBlock), ...fatalErrorsIn(text).map(foundFatal)];
}

function foundBlock(block: Block): Found {
  const { at, lead, ending } = block;
  return {
    at,
    isAside: ASIDE.some((words) => lead.includes(words)),
    type: ending.type,
    message: ending.message,
    frames: framesOf(block),
    also: block.members.map((member) => `\n${member.ending.type}`).join(''),
    text: endOf(textOf(block)),
  };
}

/** What Python tells while the process goes on, or goes down for another reason. */
const ASIDE = [
  'Exception ignored in',
  'Exception ignored on',
  'Error in atexit',
  'exception was never retrieved',
];

function foundFatal({ at, message, frames, lines }: FatalError): Found {
  return { at, isAside: false, type: FATAL_TYPE, message, frames, also: '', text: endOf(lines) };
}

/** Of an exception that came from another process the frames there: here it was only handed on. */
function framesOf({ frames, ending, cause }: Block): readonly Frame[] {
  const isHandedOn = cause !== null && /(?:^|\.)_?RemoteTraceback:/.test(cause.lead);
  return isHandedOn && cause.ending.type === ending.type && cause.frames.length > 0 ? cause.frames : frames;
}

function textOf(block: Block): string[] {
  const chain: Block[] = [];
  for (let at: Block | null = block; at !== null && chain.length < MAX_CHAIN; at = at.cause)
    chain.unshift(at);
  return chain.flatMap((one, index) => [
    ...(index === 0 ? [] : ['', 'Then:', '']),
    ...one.lines,
    ...one.members.flatMap((member) => member.lines.map((line) => `  | ${line}`)),
  ]);
}

/** Whole lines from the end. */
function endOf(lines: readonly string[]): string {
  let left = MAX_TEXT;
  const first = lines.findLastIndex((line) => {
    left -= line.length + 1;
    return left < 0;
  });
  return lines.slice(first + 1).join('\n');
}
