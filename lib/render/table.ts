// Columns for people: widths by content, two spaces between.
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

/** One line per row, without trailing spaces. */
export function alignColumns(rows: readonly (readonly string[])[], options: TableOptions = {}): string[] {
  const cells = rows.map((row) => row.map(printable));
  const widths = fitWidths(measure(cells), options);
  return cells.map((row, index) =>
    widths
      .map((width, column) => drawCell(row[column] ?? '', width, { row: index, column, options }))
      .join(GAP)
      .trimEnd(),
  );
}

interface CellPlace {
  readonly row: number;
  readonly column: number;
  readonly options: TableOptions;
}

function drawCell(cell: string, width: number, { row, column, options }: CellPlace): string {
  const { ellipsis = '..', rightAligned = [], styleOf = () => null } = options;
  const text = shorten(cell, width, ellipsis);
  const style = styleOf(row, column);
  const padding = ' '.repeat(width - widthOf(text));
  const painted = style === null ? text : paint(text, style);
  return rightAligned.includes(column) ? `${padding}${painted}` : `${painted}${padding}`;
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
