// A line that a program wrote, made safe for a terminal with its indent kept.
import { stripVTControlCharacters } from 'node:util';
import { printable } from '../../protocol/values/text.ts';

/** One line with no colours, and with nothing that a terminal obeys or hides. */
export function plainLine(text: string): string {
  const plain = stripVTControlCharacters(text).replaceAll('\t', '    ');
  const indent = /^ */.exec(plain)?.[0] ?? '';
  return `${indent}${printable(plain)}`;
}
