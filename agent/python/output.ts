// What a container wrote, made ready for the search: bounded, without colours, each stream for itself, and with the
// tracebacks unfolded that stand in one line of JSON or of a repr.

import type { OutputLine } from '../model/last-words.ts';

/** A line with its place in the whole output. */
export interface PlacedLine {
  readonly at: number;
  readonly text: string;
}

export const TRACEBACK = 'Traceback (most recent call last):';

const MAX_LINES = 2000;
const MAX_CHARACTERS = 1024 * 1024;
/** Of a line that is no traceback folded into one. */
const MAX_LINE = 2000;
const MAX_UNFOLDED = 4000;
const NEWLINE_IN_JSON = '\\n';

// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape character is what begins a colour
const COLOURS = /\u001b\[[0-9;:]{0,40}[A-Za-z]/g;

/**
 * Texts that are searched each for itself: what either stream wrote, and each traceback that was folded into one line.
 * Of longer output the end counts.
 */
export function textsOf(output: readonly OutputLine[]): PlacedLine[][] {
  const texts = new Map<string, PlacedLine[]>();
  const unfolded: PlacedLine[][] = [];
  for (const { at, stream, text } of lastOf(output)) {
    const plain = text.replace(COLOURS, '').replace(/\r$/, '');
    const inner = unfold(plain);
    if (inner !== null) unfolded.push(inner.map((line) => ({ at, text: line })));
    const lines = texts.get(stream) ?? [];
    lines.push({ at, text: inner === null ? plain.slice(0, MAX_LINE) : '' });
    texts.set(stream, lines);
  }
  return [...texts.values(), ...unfolded];
}

/** The least width at which anything breaks lines. */
const MIN_WIDTH = 40;

/** What was broken at a fixed width, in one again: lines as long as the longest go on in the next of their stream. */
export function rejoined(output: readonly OutputLine[]): OutputLine[] {
  const width = output.reduce((most, { text }) => Math.max(most, text.length), MIN_WIDTH);
  const joined: OutputLine[] = [];
  const open = new Map<string, string[]>();
  for (const { stream, text } of output) {
    const pieces = [...(open.get(stream) ?? []), text];
    if (text.length === width) open.set(stream, pieces);
    else {
      joined.push({ stream, text: pieces.join('') });
      open.delete(stream);
    }
  }
  for (const [stream, pieces] of open)
    joined.push({ stream: stream === 'stderr' ? stream : 'stdout', text: pieces.join('') });
  return joined;
}

function lastOf(output: readonly OutputLine[]): (OutputLine & PlacedLine)[] {
  const from = Math.max(0, output.length - MAX_LINES);
  const lines = output.slice(from).map((line, index) => ({ ...line, at: from + index }));
  let left = MAX_CHARACTERS;
  const first = lines.findLastIndex(({ text }) => {
    left -= text.length;
    return left < 0;
  });
  return lines.slice(first + 1);
}

/** The lines of a string with a traceback that has `\n` for its line ends; `null` where there is none. */
function unfold(line: string): string[] | null {
  const found = line.indexOf(TRACEBACK + NEWLINE_IN_JSON);
  if (found < 0) return null;
  // In JSON a quote within the string is escaped, in a repr it is not.
  const isJson = line.startsWith(`${NEWLINE_IN_JSON}  File \\"`, found + TRACEBACK.length);
  const from = beginOfString(line, found, isJson ? '"' : `"'`);
  const text = isJson ? line.slice(from, endOfString(line, found)) : line.slice(from);
  return unescapeText(text).split('\n').slice(-MAX_UNFOLDED);
}

function beginOfString(line: string, found: number, quotes: string): number {
  for (let at = found - 1; at >= 0; at -= 1)
    if (quotes.includes(line[at] ?? ' ') && line[at - 1] !== '\\') return at + 1;
  return 0;
}

function endOfString(line: string, from: number): number {
  for (let at = from; at < line.length; at += 1) {
    if (line[at] === '\\') at += 1;
    else if (line[at] === '"') return at;
  }
  return line.length;
}

const ESCAPED: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '', b: '', f: '' };

function unescapeText(text: string): string {
  const plain = text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_all, code?: string, letter = '') =>
    code === undefined ? (ESCAPED[letter] ?? letter) : String.fromCharCode(Number.parseInt(code, 16)),
  );
  return plain.replace(COLOURS, '');
}
