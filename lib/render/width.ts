// How much room a text takes on a terminal.
import stringWidth from 'string-width';

/** Of a terminal that does not tell, as over a serial line: it says 0 then. */
const USUAL_COLUMNS = 80;

/** How wide a terminal is; `null` where there is none. */
export function columnsOf({
  isTTY,
  columns,
}: {
  readonly isTTY?: boolean;
  readonly columns?: number;
}): number | null {
  return isTTY === true ? columns || USUAL_COLUMNS : null;
}

/** In columns of a terminal. */
export function widthOf(text: string): number {
  return stringWidth(text);
}

/** The text where it fits into `width`; else its beginning, with `ellipsis` for what is left out. */
export function shorten(text: string, width: number, ellipsis: string): string {
  if (widthOf(text) <= width) return text;
  let left = width - widthOf(ellipsis);
  let kept = '';
  for (const character of text) {
    left -= widthOf(character);
    if (left < 0) break;
    kept += character;
  }
  return `${kept}${ellipsis}`;
}
