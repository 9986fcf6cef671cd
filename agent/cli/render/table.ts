// Columns for people: widths by content, two spaces between.
import { cutText, printable } from '../../../protocol/values/text.ts';

export interface TableOptions {
  /** Width to stay within, by shortening cells of the `elastic` columns; `null`: as wide as it needs. */
  readonly columns?: number | null;
  /** Indexes of the columns that may be shortened. */
  readonly elastic?: readonly number[];
  /** Indexes of the columns that hold numbers. */
  readonly rightAligned?: readonly number[];
}

const GAP = '  ';
const MIN_ELASTIC_WIDTH = 8;

/** One line per row, without trailing spaces. Display only: characters are taken to be one column wide. */
export function alignColumns(rows: readonly (readonly string[])[], options: TableOptions = {}): string[] {
  const cells = rows.map((row) => row.map(printable));
  const widths = fitWidths(measure(cells), options);
  return cells.map((row) =>
    widths
      .map((width, index) => {
        const cell = shorten(row[index] ?? '', width);
        return options.rightAligned?.includes(index) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join(GAP)
      .trimEnd(),
  );
}

function measure(rows: readonly (readonly string[])[]): number[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length: count }, (_, index) =>
    Math.max(0, ...rows.map((row) => row[index]?.length ?? 0)),
  );
}

/** Takes the excess from the widest elastic column, one character at a time. */
function fitWidths(natural: readonly number[], { columns, elastic = [] }: TableOptions): number[] {
  const widths = [...natural];
  if (columns === undefined || columns === null) return widths;
  const total = widths.reduce((sum, width) => sum + width, GAP.length * (widths.length - 1));
  for (let excess = total - columns; excess > 0; excess -= 1) {
    const widest = elastic.reduce<number | null>((best, index) => {
      const width = widths[index] ?? 0;
      return width > MIN_ELASTIC_WIDTH && (best === null || width > (widths[best] ?? 0)) ? index : best;
    }, null);
    if (widest === null) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function shorten(cell: string, width: number): string {
  return cell.length <= width ? cell : `${cutText(cell, width - 2)}..`;
}
