// Words for people, on any terminal: ASCII of our own, wrapped, and safe to print.
import { formatDuration } from '../../../protocol/values/duration.ts';
import { printable } from '../../../protocol/values/text.ts';

/** What the rendering may know of the world. */
export interface View {
  readonly now: Date;
  /** Width of the terminal, or `null`: nothing is wrapped or cut. */
  readonly columns: number | null;
  readonly hasColour: boolean;
}

/** Lines of at most `columns`, broken at spaces; the first is indented by `indent`, the others by two more. */
export function wrap(text: string, indent: number, columns: number | null): string[] {
  const lines: string[] = [];
  let line = ' '.repeat(indent);
  let isEmpty = true;
  for (const word of printable(text).split(' ')) {
    if (!isEmpty && columns !== null && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = ' '.repeat(indent + 2);
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}

/** `2h 5m` since `at`; `null` where the clock makes no sense of it (1970, or set back since). */
export function elapsed(at: string, now: Date): string | null {
  const ms = now.getTime() - Date.parse(at);
  const isSensible = ms >= 0 && ms < 10 * 365 * 86_400_000;
  if (!isSensible) return null;
  return ms < 1000 ? '0s' : formatDuration(Math.floor(ms / 1000) * 1000);
}
