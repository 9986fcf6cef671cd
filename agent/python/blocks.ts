// A traceback in a text, from its header or first frame to the line with its type; and all of a text. Lines of others
// in between are passed over: they lack the prefix, or begin where a traceback's lines are indented.
// Tested in test/agent/python/find-traceback.test.ts.

import { type FrameAt, frameAt } from './frame-at.ts';
import {
  afterPrefix,
  beginsFrame,
  type Ending,
  type Frame,
  isChain,
  readEnding,
  readHeader,
} from './lines.ts';
import type { PlacedLine } from './output.ts';

/** One traceback. Those of its exception group, and the one that it was raised from, are blocks of their own. */
export interface Block {
  /** Of the line with its type. */
  readonly at: number;
  /** Some lines before it. */
  readonly lead: string;
  readonly prefix: string;
  readonly frames: readonly Frame[];
  readonly ending: Ending;
  /** Its lines without prefix, and those of its message that follow. */
  readonly lines: readonly string[];
  readonly cause: Block | null;
  readonly members: readonly Block[];
}

/** As long as no frame and nothing that is indented comes: output of others in between. */
const MAX_STRANGERS = 50;
/** Of what is said before a traceback. */
const MAX_LEAD = 6;
/** Of a message, after its first line. */
const MAX_MESSAGE_LINES = 10;

/** All of a text, in order. */
export function blocksIn(text: readonly PlacedLine[]): Block[] {
  const blocks: Block[] = [];
  let endOfLast = 0;
  for (let index = 0; index < text.length; ) {
    if (!beginsAt(text, index)) {
      index += 1;
      continue;
    }
    const { block, next } = readBlock(text, { start: index, endOfLast });
    if (block !== null) {
      const isChained = text.slice(endOfLast, index).some((line) => isChain(line.text));
      addBlock(blocks, block, isChained);
      endOfLast = next;
    }
    index = next;
  }
  return blocks;
}

function addBlock(blocks: Block[], block: Block, isChained: boolean): void {
  const last = blocks.at(-1);
  if (last !== undefined && isMember(block, last)) {
    blocks.splice(-1, 1, { ...last, at: block.at, members: [...last.members, block] });
  } else if (last !== undefined && isChained) blocks.splice(-1, 1, { ...block, cause: last });
  else blocks.push(block);
}

/** Those of a group stand behind a margin that is further right than its own. */
function isMember({ prefix }: Block, { prefix: outer }: Block): boolean {
  const rest =
    prefix.length > outer.length && outer.endsWith('| ') ? afterPrefix(prefix, outer.slice(0, -2)) : null;
  return rest !== null && /^ +\| $/.test(rest);
}

function beginsAt(text: readonly PlacedLine[], index: number): boolean {
  const line = text[index]?.text ?? '';
  return readHeader(line) !== null || beginsFrame(line);
}

/** What is gathered of a block until its end is found. */
interface Draft {
  prefix: string;
  readonly isHeaded: boolean;
  readonly frames: Frame[];
  readonly lines: string[];
  /** What could be its end, where nothing better comes. */
  fallback: { readonly ending: Ending; readonly index: number } | null;
  strangers: number;
}

interface Read {
  /** `null` where it has no end. */
  readonly block: Block | null;
  /** The line to go on with. */
  readonly next: number;
}

/** Where a block begins, and where the one before it ended. */
interface Begin {
  readonly start: number;
  readonly endOfLast: number;
}

function readBlock(text: readonly PlacedLine[], begin: Begin): Read {
  const { start } = begin;
  const draft = newDraft(text[start]?.text ?? '');
  let index = draft.isHeaded ? start + 1 : start;
  while (index < text.length && draft.strangers <= MAX_STRANGERS) {
    const frame = frameAt(text, index);
    const line = text[index]?.text ?? '';
    if (frame === null ? readHeader(line) !== null || isChain(line) : isOfAnother(draft, frame)) break;
    const ending = frame === null ? takeLine(draft, line, index) : addFrame(draft, frame);
    if (ending !== null) return close(text, begin, { draft, ending, index });
    index += frame?.count ?? 1;
  }
  const { fallback } = draft;
  return fallback === null ? { block: null, next: index } : close(text, begin, { draft, ...fallback });
}

function newDraft(line: string): Draft {
  const header = readHeader(line);
  const lines = header === null ? [] : [textOfHeader(line, header.prefix)];
  const isHeaded = header !== null;
  return { prefix: header?.prefix ?? '', isHeaded, frames: [], lines, fallback: null, strangers: 0 };
}

function isOfAnother({ frames, prefix }: Draft, frame: FrameAt): boolean {
  return frames.length > 0 && afterPrefix(frame.prefix, prefix) !== '';
}

function textOfHeader(line: string, prefix: string): string {
  return line.slice(line.indexOf('Exception Group ') >= 0 ? prefix.length : line.indexOf('Traceback'));
}

/** No frame ends a traceback. */
function addFrame(draft: Draft, { prefix, value }: FrameAt): null {
  if (draft.frames.length === 0) draft.prefix = prefix;
  draft.frames.push(value);
  const { file, line, function: name } = value;
  draft.lines.push(`  File "${file}", line ${line}${name === null ? '' : `, in ${name}`}`);
  draft.strangers = 0;
  draft.fallback = null;
  return null;
}

/** The end where this line is it for sure. */
function takeLine(draft: Draft, line: string, index: number): Ending | null {
  const own = afterPrefix(line, draft.prefix);
  if (own !== null && /^\s/.test(own)) {
    draft.lines.push(own);
    return null;
  }
  const ending = own === null ? null : readEnding(own);
  const isNext = draft.strangers === 0;
  draft.strangers += 1;
  if (ending === null) return null;
  if (draft.frames.length === 0) return ending.isSure && isNext ? ending : null;
  if (ending.isSure || isNamedIn(draft.lines, ending)) return ending;
  // Frames alone are no traceback yet: a call stack has them too.
  if (draft.isHeaded) draft.fallback ??= { ending, index };
  return null;
}

/** The source line above says what it raises. */
function isNamedIn(lines: readonly string[], { type }: Ending): boolean {
  const name = type.slice(type.lastIndexOf('.') + 1);
  return lines.some((line) => !beginsFrame(line) && wordsOf(line).has(name));
}

function wordsOf(line: string): ReadonlySet<string> {
  return new Set(line.split(/[^\p{L}\p{N}_]+/u));
}

interface Closed {
  readonly draft: Draft;
  readonly ending: Ending;
  readonly index: number;
}

function close(
  text: readonly PlacedLine[],
  { start, endOfLast }: Begin,
  { draft, ending, index }: Closed,
): Read {
  const { prefix, frames, lines } = draft;
  const more = messageAfter(text, index + 1, prefix);
  const [first = ''] = more.filter((line) => line.trim() !== '');
  const block: Block = {
    at: text[index]?.at ?? 0,
    lead: textBefore(text, start, endOfLast),
    prefix,
    frames,
    ending: ending.message.trim() === '' ? { ...ending, message: first } : ending,
    lines: [...lines, afterPrefix(text[index]?.text ?? '', prefix) ?? '', ...more],
    cause: null,
    members: [],
  };
  return { block, next: index + 1 };
}

function textBefore(text: readonly PlacedLine[], start: number, endOfLast: number): string {
  const lines = text.slice(Math.max(endOfLast, start - MAX_LEAD), start);
  return lines.map((line) => line.text).join('\n');
}

const LOGGED = /^(?:[[{]|\d{4}|(?:INFO|DEBUG|WARNING|ERROR|CRITICAL)\b)/;

/** A message may have many lines, and notes follow it. Nothing says where it ends: a blank line, or what looks logged. */
function messageAfter(text: readonly PlacedLine[], from: number, prefix: string): string[] {
  const lines: string[] = [];
  for (const { text: line } of text.slice(from, from + MAX_MESSAGE_LINES)) {
    const own = afterPrefix(line, prefix);
    if (own === null || own.trim() === '' || LOGGED.test(own) || own.startsWith('"""')) break;
    if (readHeader(line) !== null || beginsFrame(line) || isChain(line) || own.startsWith('+-')) break;
    lines.push(own);
  }
  return lines;
}
