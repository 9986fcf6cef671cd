// Columns for people: widths by content, two spaces between.
import Table from 'cli-table3';
import { printable } from '../../protocol/values/text.ts';
import { paint, type Style } from './colour.ts';
import { shorten, widthOf } from './width.ts';

export interface TableOptions {
  /** Width to stay within, by shortening cells of the `elastic` columns; `null`: as wide as it needs. */
  readonly columns?: number | null;
  /** Indexes of the columns that may be shortened. */
  readonly elastic?: readonly number[];
  /** How far they may be: 8 unless told. */
  readonly minElastic?: number;
  /** What stands for what a shortened cell leaves out: `..` unless told. */
  readonly ellipsis?: string;
  /** Indexes of the columns that hold numbers. */
  readonly rightAligned?: readonly number[];
  /** How a cell is painted, by the indexes of its row and column; no cell is unless told. */
  readonly styleOf?: (row: number, column: number) => Style | null;
}

const GAP = '  ';
const NO_BORDERS = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: GAP },
};

/** One line per row, without trailing spaces. */
export function alignColumns(rows: readonly (readonly string[])[], options: TableOptions = {}): string[] {
  const cells = rows.map((row) => row.map(printable));
  const widths = fitWidths(measure(cells), options);
  const table = new Table({
    chars: NO_BORDERS,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colAligns: widths.map((_, column) => (options.rightAligned?.includes(column) ? 'right' : 'left')),
  });
  table.push(
    ...cells.map((row, index) =>
      widths.map((width, column) => drawCell(row[column] ?? '', width, { row: index, column, options })),
    ),
  );
  return rows.length === 0
    ? []
    : table
        .toString()
        .split('\n')
        .map((line) => line.trimEnd());
}

interface CellPlace {
  readonly row: number;
  readonly column: number;
  readonly options: TableOptions;
}

function drawCell(cell: string, width: number, { row, column, options }: CellPlace): string {
  const text = shorten(cell, width, options.ellipsis ?? '..');
  const style = options.styleOf?.(row, column) ?? null;
  return style === null ? text : paint(text, style);
}

function measure(rows: readonly (readonly string[])[]): number[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length: count }, (_, index) =>
    Math.max(0, ...rows.map((row) => widthOf(row[index] ?? ''))),
  );
}

/** Takes the excess from the widest elastic column, one character at a time. */
function fitWidths(
  natural: readonly number[],
  { columns = null, elastic = [], minElastic = 8 }: TableOptions,
): number[] {
  const widths = [...natural];
  if (columns === null) return widths;
  const total = widths.reduce((sum, width) => sum + width, GAP.length * (widths.length - 1));
  for (let excess = total - columns; excess > 0; excess -= 1) {
    const widest = elastic.reduce<number | null>((best, index) => {
      const width = widths[index] ?? 0;
      return width > minElastic && (best === null || width > (widths[best] ?? 0)) ? index : best;
    }, null);
    if (widest === null) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}
