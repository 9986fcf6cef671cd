// A line that a program wrote, made safe for a terminal with its indent kept.
import { stripVTControlCharacters } from 'node:util';
import { printableLine } from '../../protocol/values/text.ts';

/** One line with no colours, and with nothing that a terminal obeys or hides. */
export function plainLine(text: string): string {
  return printableLine(stripVTControlCharacters(text).replaceAll('\t', '    '));
}
