// A command written as one string, split into words as Compose does, with no shell behind it. What would mean
// something else in a shell, or differs between splitters, is refused rather than guessed.

export type SplitCommand =
  | { readonly ok: true; readonly words: string[] }
  | { readonly ok: false; readonly message: string };

const USE_LIST = 'write the command as a list, e.g. ["sh", "-c", "…"]';

interface Scan {
  readonly text: string;
  index: number;
  word: string | null;
}

/** Words of a command string: blanks part, `'…'` and `"…"` hold together, a backslash takes one character. */
export function splitCommand(text: string): SplitCommand {
  const scan: Scan = { text, index: 0, word: null };
  const words: string[] = [];
  while (scan.index < text.length) {
    const char = text[scan.index] ?? '';
    if (/\s/.test(char)) {
      if (scan.word !== null) words.push(scan.word);
      scan.word = null;
      scan.index += 1;
      continue;
    }
    const problem = readPart(scan, char);
    if (problem !== null) return { ok: false, message: `${problem}; ${USE_LIST}` };
  }
  if (scan.word !== null) words.push(scan.word);
  return { ok: true, words };
}

function readPart(scan: Scan, char: string): string | null {
  if (char === "'") return readSingleQuoted(scan);
  if (char === '"') return readDoubleQuoted(scan);
  if (char === '\\') return readEscape(scan);
  if (/[;&|<>`]/.test(char) || scan.text.startsWith('$(', scan.index)) {
    return `"${char}" asks for a shell, and there is none`;
  }
  scan.word = (scan.word ?? '') + char;
  scan.index += 1;
  return null;
}

function readSingleQuoted(scan: Scan): string | null {
  const end = scan.text.indexOf("'", scan.index + 1);
  if (end === -1) return "a ' is not closed";
  scan.word = (scan.word ?? '') + scan.text.slice(scan.index + 1, end);
  scan.index = end + 1;
  return null;
}

function readDoubleQuoted(scan: Scan): string | null {
  scan.word ??= '';
  scan.index += 1;
  while (scan.index < scan.text.length) {
    const char = scan.text[scan.index] ?? '';
    if (char === '"') {
      scan.index += 1;
      return null;
    }
    if (char === '`' || scan.text.startsWith('$(', scan.index))
      return `"${char}" asks for a shell, and there is none`;
    if (char === '\\') {
      if (!/["\\$`]/.test(scan.text[scan.index + 1] ?? '')) return ambiguous(scan);
      scan.index += 1;
    }
    scan.word += scan.text[scan.index] ?? '';
    scan.index += 1;
  }
  return 'a " is not closed';
}

function readEscape(scan: Scan): string | null {
  const next = scan.text[scan.index + 1];
  // Compose's splitter makes a newline of `\n`, a shell an `n`.
  if (next === undefined || /[nt\n]/.test(next)) return ambiguous(scan);
  scan.word = (scan.word ?? '') + next;
  scan.index += 2;
  return null;
}

function ambiguous(scan: Scan): string {
  return `"${scan.text.slice(scan.index, scan.index + 2)}" is read differently by shells and by Compose`;
}
