// The catalogue: Python programs that fail, and what each fails with, as its own comments say it. Where it fails is the
// line that bears the comment.
//
// | comment | meaning |
// |---|---|
// | `# RAISES TYPE` | raised in this line; of two such lines either may be the innermost |
// | `# CALLS TYPE FILE` | raised in a file of the library, or of no file, that this line calls |
// | `# FATAL MESSAGE` | CPython itself gives up in this line |
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

export interface Program {
  readonly name: string;
  readonly script: string;
  readonly expected: readonly Expected[];
}

export interface Expected {
  readonly types: readonly string[];
  /** The line of the program. */
  readonly file: string;
  readonly line: number;
  /** The end of the innermost frame's file, where that is none of the program's. */
  readonly calls: string | null;
}

const FOLDER = path.resolve(import.meta.dirname, '../../test/fixtures/python/programs');
const MARK = /# (RAISES|CALLS|FATAL) (\S+)(?: (\S+))?/;

export function readCatalogue(): Program[] {
  return readdirSync(FOLDER)
    .filter((name) => name !== '__pycache__')
    .toSorted()
    .map((name) => {
      const place = path.join(FOLDER, name);
      const isFolder = statSync(place).isDirectory();
      const files = isFolder ? filesIn(place) : [place];
      return {
        name: name.replace(/\.py$/, ''),
        script: isFolder ? path.join(place, 'main.py') : place,
        expected: files.flatMap(expectedIn),
      };
    });
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.py'))
    .map((name) => path.join(folder, name));
}

function expectedIn(file: string): Expected[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((text, index) => {
      const [, kind, type = '', rest] = MARK.exec(text) ?? [];
      if (kind === undefined) return [];
      const types = kind === 'FATAL' ? ['Fatal Python error'] : type.split('|');
      return [{ types, file, line: index + 1, calls: kind === 'CALLS' ? (rest ?? '') : null }];
    });
}
