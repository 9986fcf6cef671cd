// Keys of Compose that cross no wire: what says what Holdfast does anyway passes, and what means nothing on a device
// is left out with a note.
// Tested in test/lib/compose/file-keys.test.ts.

import type { Convert } from './conversion.ts';
import { describe } from './converters.ts';
import type { Json } from './json.ts';
import { plainOf } from './plain-value.ts';

/** Only those values are taken that say what is done anyway; what is empty says nothing. */
export function only(values: readonly Json[], why: string): Convert {
  const known = values.map((value) => JSON.stringify(value));
  const written = values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
  const words = listWords([...new Set(written)]);
  return (field, run) => {
    const given = plainOf(field.node);
    if (given === undefined || known.includes(JSON.stringify(given))) return undefined;
    const what = describe(field.node);
    return run.fault(field, `${what} is not carried out by Holdfast; it knows ${words}: ${why}`);
  };
}

/** Left out with a note, unless it has the value that says the same as leaving it out. */
export function ignored(why: string, silent?: Json): Convert {
  return (field, run) => {
    const given = plainOf(field.node);
    if (given === undefined || JSON.stringify(given) === JSON.stringify(silent)) return undefined;
    const place = { at: field.at, offset: field.keyOffset ?? field.offset };
    run.note(place, `"${String(field.at.at(-1))}" is ignored: ${why}`);
    return undefined;
  };
}

/** The name that other projects know a file by: `docker compose config` puts its own one in. */
export const projectName: Convert = (field, run) => {
  return run.isOwnName(plainOf(field.node), String(field.at.at(-2)))
    ? undefined
    : ignored('only other projects see it, and the agent names by deployment')(field, run);
};

function listWords(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
