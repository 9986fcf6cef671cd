// How many tracebacks of real Pythons are read right: each program, by each Python, in each shape.

import type { OutputLine } from '../../agent/model/last-words.ts';
import { findTraceback, type Traceback } from '../../agent/python/find-traceback.ts';
import type { Python } from '../rig/pythons.ts';
import { type Expected, type Program, readCatalogue } from './catalogue.ts';
import { runProgram } from './run-program.ts';
import { SHAPES, type Shape } from './shapes.ts';

export interface Case {
  readonly program: string;
  readonly python: string;
  readonly shape: string;
  readonly isRight: boolean;
  readonly found: Traceback | null;
  readonly output: readonly OutputLine[];
}

/** `only`: the names of some programs; all by default. */
export async function measure(pythons: readonly Python[], only?: readonly string[]): Promise<Case[]> {
  const programs = readCatalogue().filter(({ name }) => only === undefined || only.includes(name));
  const cases: Case[] = [];
  for (const python of pythons)
    for (const program of programs) cases.push(...(await casesOf(program, python)));
  return cases;
}

async function casesOf(program: Program, python: Python): Promise<Case[]> {
  const { name, script, expected } = program;
  const [plain, coloured] = await Promise.all(
    [false, true].map((isColoured) => runProgram({ python, script, isColoured })),
  );
  const chance = chanceFrom(name);
  return SHAPES.flatMap((shape: Shape) => {
    const output = shape.form((shape.isColoured ? coloured : plain) ?? [], chance);
    if (output === null) return [];
    const found = findTraceback(output);
    const isRight = found !== null && expected.some((one) => isAsExpected(found, one));
    return [{ program: name, python: python.version, shape: shape.name, isRight, found, output }];
  });
}

function isAsExpected({ type, place, culprit }: Traceback, { types, file, line, calls }: Expected): boolean {
  if (!types.includes(type) || place === null) return false;
  const isHere = culprit?.file === file && culprit.line === line;
  if (calls === null) return isHere && place.file === file && place.line === line;
  return calls.split('|').some((end) => place.file.endsWith(end)) && (isHere || culprit?.file === calls);
}

/** Numbers by a linear congruence, from a name. */
function chanceFrom(name: string): () => number {
  let state = [...name].reduce((sum, letter) => sum * 31 + (letter.codePointAt(0) ?? 0), 7) % 2147483647;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}
