// The lines that a traceback is made of, each read for itself. No expression here can go back over what it has read.
import { TRACEBACK } from './output.ts';

export interface Frame {
  readonly file: string;
  readonly line: number;
  /** `null` where the text of the file itself is wrong: it never ran. */
  readonly function: string | null;
}

/** With what stands before it: a logger's prefix, the margin of a group. */
interface Marked<T> {
  readonly prefix: string;
  readonly value: T;
}

const MAX_FILE = 1000;
const FILE = 'File "';
const LINE = '", line ';
const INDENT = '  ';
/** In a fatal error there is no comma. */
const PLACE = /^(\d{1,9})(?:,? in (\S.{0,400}))?$/;

export function readFrame(text: string): Marked<Frame> | null {
  const from = text.indexOf(FILE);
  const to = text.indexOf(LINE, from + FILE.length);
  const prefix = prefixBefore(text, from);
  if (prefix === null || to < 0 || to - from > MAX_FILE) return null;
  const place = PLACE.exec(text.slice(to + LINE.length).trimEnd());
  if (place === null) return null;
  const file = text.slice(from + FILE.length, to);
  return { prefix, value: { file, line: Number(place[1]), function: place[2] ?? null } };
}

/** Whether it may be the first piece of a frame that was broken over lines. */
export function beginsFrame(text: string): boolean {
  return prefixBefore(text, text.indexOf(FILE)) !== null;
}

/** Some shippers of logs cut the blanks at a line's begin. */
function prefixBefore(text: string, from: number): string | null {
  if (from === 0) return '';
  if (from < 0 || !text.startsWith(INDENT, from - INDENT.length)) return null;
  return text.slice(0, from - INDENT.length);
}

const GROUP = 'Exception Group ';

/** The line above a traceback: whether it is a group's. */
export function readHeader(text: string): Marked<{ readonly isGroup: boolean }> | null {
  const from = text.indexOf(TRACEBACK);
  if (from < 0 || text.slice(from + TRACEBACK.length).trim() !== '') return null;
  const before = text.slice(0, from);
  if (!before.endsWith(GROUP)) return { prefix: before, value: { isGroup: false } };
  const margin = before.slice(0, -GROUP.length).replace(/\+ $/, '| ');
  return { prefix: margin, value: { isGroup: true } };
}

/** The text after a prefix in which any number may stand for another, as in times; `null` without that prefix. */
export function afterPrefix(text: string, prefix: string): string | null {
  let at = 0;
  for (let index = 0; index < prefix.length; index += 1) {
    if (isDigit(prefix[index])) {
      if (!isDigit(text[at])) return null;
      while (isDigit(prefix[index + 1])) index += 1;
      while (isDigit(text[at])) at += 1;
    } else if (prefix[index] === text[at]) at += 1;
    // Trailing blanks of a prefix are cut where nothing follows it.
    else return at === text.length && prefix.slice(index).trim() === '' ? '' : null;
  }
  return text.slice(at);
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= '0' && character <= '9';
}

export interface Ending {
  readonly type: string;
  readonly message: string;
  /** How surely it is one, by itself: any output may look like `Word: text`. */
  readonly isSure: boolean;
}

const SEGMENT = '(?:[\\p{L}_][\\p{L}\\p{N}_]{0,99}|<locals>)';
const ENDING = new RegExp(`^(${SEGMENT}(?:\\.${SEGMENT}){0,15})(?::(?: (.*))?)?$`, 'u');
const LEVELS = new Set('INFO DEBUG WARNING WARN ERROR CRITICAL FATAL NOTICE TRACE Traceback'.split(' '));
const KNOWN =
  /(?:Error|Exception|Warning|Exit|Interrupt|Group|Iteration|Timeout|Failure|Empty|Full|Cancelled|Refused|NotFound)$/;

/** The line that ends a traceback: the type, and what it says. */
export function readEnding(text: string): Ending | null {
  const found = ENDING.exec(text.trimEnd());
  const [, type = '', message = ''] = found ?? [];
  if (type === '' || LEVELS.has(type)) return null;
  const name = type.slice(type.lastIndexOf('.') + 1);
  const isModules = type.includes('.');
  const isClass = /^\p{Lu}/u.test(name);
  return {
    type,
    message,
    isSure: isClass ? isModules || KNOWN.test(name) : isModules && name.endsWith('error'),
  };
}

const CHAINS = [
  'During handling of the above exception, another exception occurred:',
  'The above exception was the direct cause of the following exception:',
];

export function isChain(text: string): boolean {
  return CHAINS.some((words) => text.trimEnd().endsWith(words));
}
