// The table "what happens when…" of docs/operations.md, as its cells.
import { readFileSync } from 'node:fs';

export const OPERATIONS_PAGE = new URL('../../docs/operations.md', import.meta.url);

export interface OperationsRow {
  readonly when: string;
  /** The links to its tests. */
  readonly tests: string;
}

export function readOperationsRows(): OperationsRow[] {
  const lines = readFileSync(OPERATIONS_PAGE, 'utf8').split('\n');
  const head = lines.findIndex((line) => /^\| when \|/.test(line));
  const end = lines.findIndex((line, index) => index > head && !line.startsWith('|'));
  return lines
    .slice(head + 2, end)
    .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
    .map((cells) => ({ when: cells[1] ?? '', tests: cells.at(-2) ?? '' }));
}
