// Text for people, broken into lines.
import { printable } from '../../protocol/values/text.ts';
import { widthOf } from './width.ts';

/** Lines of at most `columns`, broken at spaces; the first is indented by `indent`, the others by two more. */
export function wrap(text: string, indent: number, columns: number | null): string[] {
  const lines: string[] = [];
  let line = ' '.repeat(indent);
  let isEmpty = true;
  for (const word of printable(text).split(' ')) {
    if (!isEmpty && columns !== null && widthOf(line) + 1 + widthOf(word) > columns) {
      lines.push(line);
      line = ' '.repeat(indent + 2);
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}
