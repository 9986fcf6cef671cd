// The text of an env file: `NAME=value`, where a quoted value may go over several lines. Pure: text in, statements out.
// Source: the Compose specification, 05-services, "Env_file format", and what `docker compose config` makes of it.

export type EnvValue =
  /** `NAME` alone: what the variable is where the command runs. */
  | { readonly kind: 'inherited' }
  | { readonly kind: 'literal'; readonly text: string }
  /** Variables are yet to be put in, and `$$` is a dollar; escapes are read already. */
  | { readonly kind: 'template'; readonly text: string };

export type EnvStatement =
  | { readonly line: number; readonly name: string; readonly value: EnvValue }
  | { readonly line: number; readonly fault: string };

/** All statements in the order of the file. `isRaw`: values as they stand, with no quotes, comments or variables. */
export function readEnvText(text: string, isRaw: boolean): EnvStatement[] {
  const statements: EnvStatement[] = [];
  let rest = text.replace(/^\ufeff/, '');
  for (let line = 1; rest !== ''; ) {
    const whole = (isRaw ? null : QUOTED.exec(rest))?.[0] ?? LINE.exec(rest)?.[0] ?? rest;
    if (!/^\s*(?:#|$)/.test(whole))
      statements.push({ line, ...readStatement(whole.replace(/\r?\n$/, ''), isRaw) });
    line += whole.split('\n').length - 1;
    rest = rest.slice(whole.length);
  }
  return statements;
}

const LINE = /^[^\n]*\n?/;
const HEAD = String.raw`[^\S\n]*(?:export[^\S\n]+)?([^\s=:#]+)[^\S\n]*`;
const DOUBLE = String.raw`"((?:[^"\\]|\\[\s\S])*)"`;
const SINGLE = String.raw`'((?:[^'\\]|\\[\s\S])*)'`;
/** A statement with a quoted value, up to the end of the line on which the quote is closed. */
const QUOTED = new RegExp(`^${HEAD}[=:][^\\S\\n]*(?:${DOUBLE}|${SINGLE})[^\\n]*\\n?`);
const STATEMENT = new RegExp(`^${HEAD}(?:[=:]([\\s\\S]*))?$`);
const QUOTED_VALUE = new RegExp(`^(?:${DOUBLE}|${SINGLE})\\s*(#.*)?$`);

function readStatement(
  text: string,
  isRaw: boolean,
): { readonly name: string; readonly value: EnvValue } | { readonly fault: string } {
  const [, name, written] = STATEMENT.exec(text) ?? [];
  if (name === undefined) return { fault: 'expected NAME=value' };
  if (written === undefined) return { name, value: { kind: 'inherited' } };
  if (isRaw) return { name, value: { kind: 'literal', text: written } };
  const value = readValue(written.trim());
  return typeof value === 'string' ? { fault: value } : { name, value };
}

/** The value, or what is wrong with it. */
function readValue(written: string): EnvValue | string {
  // Of a bare value a comment begins with a blank and `#`, and a backslash is one.
  if (!/^['"]/.test(written)) return { kind: 'template', text: written.replace(/ #[\s\S]*$/, '').trimEnd() };
  const [whole, double, single = ''] = QUOTED_VALUE.exec(written) ?? [];
  if (double !== undefined) return { kind: 'template', text: double.replace(ESCAPE, readEscape) };
  if (whole !== undefined) return { kind: 'literal', text: single.replaceAll(/\\(['\\])/g, keepPairs) };
  const isClosed = new RegExp(`^(?:${DOUBLE}|${SINGLE})`).test(written);
  return isClosed ? 'text after the closing quote' : 'the quote is not closed';
}

/** In single quotes only the quote can be escaped; two backslashes stay two. */
function keepPairs(pair: string, character: string): string {
  return character === "'" ? "'" : pair;
}

const ESCAPE = /\\(0[0-3][0-7]{2}|[\s\S])/g;
const ESCAPES: Readonly<Record<string, string>> = {
  ...{ a: '\u0007', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' },
  ...{ '\\': '\\', '"': '"', $: '$$' },
};

/** What is no escape stays as it is written, backslash included: a pattern such as `^\d+$`, say. */
function readEscape(written: string, escaped: string): string {
  if (/^0\d{3}/.test(escaped)) return String.fromCharCode(Number.parseInt(escaped, 8));
  return ESCAPES[escaped] ?? written;
}
