// Lines that a program wrote, among ours.
import { plainLine } from './plain-line.ts';
import { wrap } from './wrap.ts';

const BAR = '  | ';

/** Each set off by a bar, with its indent, and broken at spaces where it is longer than `columns`. */
export function quote(lines: readonly string[], columns: number | null): string[] {
  const width = columns === null ? null : columns - BAR.length;
  return lines.flatMap((line) => {
    const plain = plainLine(line);
    const indent = plain.length - plain.trimStart().length;
    return wrap(plain, indent, width).map((part) => `${BAR}${part}`);
  });
}
