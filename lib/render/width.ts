// How much room a text takes on a terminal.

/** Marks that sit on the character before them. */
const JOINED = /\p{M}/u;
/** What terminals draw two columns wide (https://www.unicode.org/reports/tr11/). */
const WIDE =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60]/u;

/** In columns of a terminal. */
export function widthOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  return [...text].reduce((width, character) => width + widthOfOne(character), 0);
}

function widthOfOne(character: string): number {
  if (JOINED.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** The text where it fits into `width`; else its beginning, with `ellipsis` for what is left out. */
export function shorten(text: string, width: number, ellipsis: string): string {
  if (widthOf(text) <= width) return text;
  let left = width - widthOf(ellipsis);
  let kept = '';
  for (const character of text) {
    left -= widthOfOne(character);
    if (left < 0) break;
    kept += character;
  }
  return `${kept}${ellipsis}`;
}
