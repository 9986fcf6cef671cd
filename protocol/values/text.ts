// Text that came from outside, made safe once: services, registries, engines and documents write it, and it is put
// into JSON that strict readers parse and onto terminals that obey control characters.

/** What drives a terminal or hides in a line: controls, format characters (bidi and zero-width too), separators. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const UNPRINTABLE_RUNS = new RegExp(`${UNPRINTABLE.source}+`, 'gu');
/** `JSON.stringify` escapes U+0000 to U+001F alone. */
const UNPRINTABLE_EACH = new RegExp(UNPRINTABLE.source, 'gu');

/**
 * The first `maxLength` UTF-16 units at most, without the half of a character that a cut or the text itself leaves:
 * strict JSON readers refuse a whole message for it.
 */
export function cutText(text: string, maxLength: number): string {
  const cut = text.slice(0, maxLength);
  const isSplit = cut.length < text.length && /[\uD800-\uDBFF]$/.test(cut);
  return (isSplit ? cut.slice(0, -1) : cut).toWellFormed();
}

/** One line that any terminal shows as it is: each run of what it could obey or hide becomes a blank. */
export function printable(text: string): string {
  return text.toWellFormed().replace(UNPRINTABLE_RUNS, ' ').trim();
}

/** The same with the indent of a line kept. */
export function printableLine(text: string): string {
  return `${/^ */.exec(text)?.[0] ?? ''}${printable(text)}`;
}

/** `there is none` as a sentence of its own: `There is none.` */
export function asSentence(text: string): string {
  return `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}.`;
}

/** JSON of whole characters: strict readers refuse a message with half of one, however it got there. */
export function wellFormedJson(value: unknown): string {
  const json = JSON.stringify(value);
  if (!/\\ud[89a-f]/i.test(json)) return json;
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'string' ? part.toWellFormed() : part,
  );
}

/** JSON with no character that a terminal obeys or hides, to be shown to people; it parses to the same value. */
export function printableJson(value: unknown, indent?: number): string {
  return escapeUnprintable(JSON.stringify(value, null, indent));
}

/** The same of JSON that is text already. */
export function escapeUnprintable(json: string): string {
  return json.replace(UNPRINTABLE_EACH, (character) => (character === '\n' ? '\n' : escapeUnits(character)));
}

function escapeUnits(character: string): string {
  return character.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
