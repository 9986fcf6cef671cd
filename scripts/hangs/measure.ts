// Of how many hangs of real Pythons the line is found: each program, by each Python. A line of a program that bears
// `# HANGS` is one that may be named.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { findHang, type Hang } from '../../agent/python/find-hang.ts';
import type { Python } from '../rig/pythons.ts';
import { type HangRun, runHang } from './run-hang.ts';

export interface HangCase extends HangRun {
  readonly program: string;
  readonly python: string;
  readonly isRight: boolean;
  readonly found: Hang | null;
}

const FOLDER = path.resolve(import.meta.dirname, '../../test/fixtures/python/hangs');

/** `only`: the names of some programs; all by default. */
export async function measureHangs(
  pythons: readonly Python[],
  only?: readonly string[],
): Promise<HangCase[]> {
  const programs = readdirSync(FOLDER)
    .filter((name) => name !== '__pycache__')
    .toSorted();
  const cases: HangCase[] = [];
  for (const python of pythons)
    for (const program of programs)
      if (only === undefined || only.includes(nameOf(program))) cases.push(await caseOf(program, python));
  return cases;
}

function nameOf(program: string): string {
  return program.replace(/\.py$/, '');
}

async function caseOf(program: string, python: Python): Promise<HangCase> {
  const place = path.join(FOLDER, program);
  const isFolder = statSync(place).isDirectory();
  const files = isFolder ? readdirSync(place).map((name) => path.join(place, name)) : [place];
  const run = await runHang(python, isFolder ? path.join(place, 'main.py') : place);
  const found = findHang(run.output);
  const isRight = files.some(
    (file) => found?.culprit.file === file && linesIn(file).includes(found.culprit.line),
  );
  return { ...run, program: nameOf(program), python: python.version, isRight, found };
}

function linesIn(file: string): number[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((text, index) => (text.includes('# HANGS') ? [index + 1] : []));
}
