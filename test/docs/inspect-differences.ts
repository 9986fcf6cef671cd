// The table of docs/compose.md on what `docker inspect` shows otherwise.
import { readFileSync } from 'node:fs';

/** A key of a service, or one of the page's own words for it, that must be there or must not. */
export interface Condition {
  readonly key: string;
  /** `null` for any value. */
  readonly value: string | null;
  readonly isThere: boolean;
}

export interface InspectDifference {
  /** Of a key of `docker inspect`; a part `*` stands for any one. */
  readonly path: string;
  /** All must hold for a service, and then the difference is there. None: every service. */
  readonly where: readonly Condition[];
  /** `null` is nothing; in a text `*` stands for anything, and alone for any value. */
  readonly compose: unknown;
  readonly holdfast: unknown;
}

export function readInspectDifferences(): InspectDifference[] {
  const page = readFileSync(new URL('../../docs/compose.md', import.meta.url), 'utf8');
  const section = page.split(/^## /m).find((text) => text.startsWith('What `docker inspect` shows')) ?? '';
  const [, , ...rows] = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.map(readRow);
}

function readRow(row: string): InspectDifference {
  const cells = row.split('|').slice(1, -1);
  const [path = '', where = '', compose = '', holdfast = '', why = ''] = cells.map((cell) => cell.trim());
  if (cells.length !== 5 || why === '') throw new Error(`no row of five cells: ${row}`);
  return {
    path: wordOf(path),
    where: where === 'every service' ? [] : where.split(', ').map(readCondition),
    compose: JSON.parse(wordOf(compose)),
    holdfast: JSON.parse(wordOf(holdfast)),
  };
}

function readCondition(text: string): Condition {
  const [, no, said = ''] = /^(no )?(.+)$/.exec(text) ?? [];
  const [key = '', value = null] = wordOf(said).split(': ');
  return { key, value, isThere: no === undefined };
}

/** Without its quotes; `nothing` and `anything` are words of the page. */
function wordOf(cell: string): string {
  if (cell === 'nothing') return 'null';
  return cell === 'anything' ? '"*"' : cell.replace(/^`(.*)`$/, '$1');
}
