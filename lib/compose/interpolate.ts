// Compose's variable interpolation: `$VAR`, `${VAR}`, the operators `-`, `?` and `+` with and without `:`,
// nested words, `$$` for a dollar. Source: the Compose specification, 12-interpolation.

export type Variables = Readonly<Record<string, string | undefined>>;

/** What happened on the way: `fault` makes the file invalid, `unset` is Compose's warning. */
export interface InterpolationReport {
  fault(message: string): void;
  unset(name: string): void;
  /** A variable was put in. */
  used?(name: string): void;
}

const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;

/** The text with its variables put in. A `$` that starts no variable stays, as in Compose. */
export function interpolate(text: string, variables: Variables, report: InterpolationReport): string {
  let result = '';
  let index = 0;
  while (index < text.length) {
    const dollar = text.indexOf('$', index);
    if (dollar === -1) return result + text.slice(index);
    result += text.slice(index, dollar);
    const piece = readVariable({ text, dollar }, variables, report);
    result += piece.value;
    index = piece.end;
  }
  return result;
}

/** Where in a text a dollar sign stands. */
interface Spot {
  readonly text: string;
  readonly dollar: number;
}

interface Piece {
  readonly value: string;
  readonly end: number;
}

function readVariable({ text, dollar }: Spot, variables: Variables, report: InterpolationReport): Piece {
  const next = text[dollar + 1];
  if (next === '$') return { value: '$', end: dollar + 2 };
  if (next === '{') return readBraced({ text, dollar }, variables, report);
  const name = matchName(text, dollar + 1);
  if (name === '') return { value: '$', end: dollar + 1 };
  return { value: lookUp(name, variables, report), end: dollar + 1 + name.length };
}

function matchName(text: string, start: number): string {
  NAME.lastIndex = start;
  return NAME.exec(text)?.[0] ?? '';
}

function lookUp(name: string, variables: Variables, report: InterpolationReport): string {
  const value = variables[name];
  if (value === undefined) report.unset(name);
  else report.used?.(name);
  return value ?? '';
}

function readBraced({ text, dollar }: Spot, variables: Variables, report: InterpolationReport): Piece {
  const close = findClose(text, dollar + 2);
  if (close === -1) {
    // The text may be a secret, so it is not repeated; the fault has its place.
    report.fault(`"\${" without "}"; write "$$" for a dollar sign`);
    return { value: '', end: text.length };
  }
  const inner = text.slice(dollar + 2, close);
  return { value: evaluate(inner, variables, report), end: close + 1 };
}

/** The index of the brace that closes the one before `start`: the one that all within leave open, else the last. */
function findClose(text: string, start: number): number {
  let depth = 1;
  for (let index = start; index < text.length; index += 1) {
    if (text[index] === '{') depth += 1;
    else if (text[index] === '}') depth -= 1;
    if (depth === 0) return index;
  }
  return text.lastIndexOf('}') < start ? -1 : text.lastIndexOf('}');
}

function evaluate(inner: string, variables: Variables, report: InterpolationReport): string {
  const name = matchName(inner, 0);
  const [, operator, word = ''] = /^(:?[-?+])([\s\S]*)$/.exec(inner.slice(name.length)) ?? [];
  if (name === '' || (operator === undefined && name !== inner)) {
    report.fault(`"\${…}" holds no variable that Compose knows; write "$$" for a dollar sign`);
    return '';
  }
  if (operator === undefined) return lookUp(name, variables, report);
  const value = variables[name];
  const isGiven = value !== undefined && !(operator.startsWith(':') && value === '');
  // Only the word that is used is interpolated, so that an unused default warns of nothing.
  const useWord = () => interpolate(word, variables, report);
  if (operator.endsWith('+')) return isGiven ? useWord() : '';
  if (isGiven) report.used?.(name);
  if (isGiven) return value;
  if (operator.endsWith('-')) return useWord();
  report.fault(`the variable ${name} is required${word === '' ? '' : `: ${useWord()}`}`);
  return '';
}
