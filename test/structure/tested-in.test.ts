// Every file of the programs has its test where one looks for it: at the mirror path, or where a line near its top says.
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { transformSync } from 'esbuild';
import { describe, expect, test } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../..');
const FILES = globSync('{agent,fleet,lib,protocol}/**/*.ts', { cwd: ROOT }).toSorted();
/** How far down the line may stand. */
const HEAD_LINES = 20;

/** `null` where it says nothing. */
function namedTest(text: string): string | null {
  const head = text.split('\n').slice(0, HEAD_LINES).join('\n');
  return /^\/\/ Tested in (test\/\S+\.test\.ts)\.$/m.exec(head)?.[1] ?? null;
}

/** Types alone do nothing that could be tested. */
function hasCode(text: string): boolean {
  const tsconfigRaw = { compilerOptions: { verbatimModuleSyntax: true } };
  return transformSync(text, { loader: 'ts', tsconfigRaw }).code.trim() !== '';
}

function faultOf(file: string, text: string): string | null {
  const named = namedTest(text);
  const hasMirror = existsSync(path.join(ROOT, 'test', file.replace(/\.ts$/, '.test.ts')));
  if (named !== null && hasMirror) return 'names a test, and has one at its mirror path';
  if (named !== null && !existsSync(path.join(ROOT, named))) return `names ${named}, which is not there`;
  return hasMirror || named !== null || !hasCode(text)
    ? null
    : 'has no test at its mirror path, and names none';
}

test('every file with code has its test, or says where it is tested', () => {
  const faults = FILES.flatMap((file) => {
    const fault = faultOf(file, readFileSync(path.join(ROOT, file), 'utf8'));
    return fault === null ? [] : [`${file} ${fault}`];
  });
  expect(faults).toEqual([]);
});

describe('a file', () => {
  test('with types alone needs no test', () => {
    expect(faultOf('agent/none.ts', "import type { A } from './a.ts';\nexport type B = A;\n")).toBeNull();
  });

  test.each([
    ['without a test', 'export const a = 1;\n', 'has no test at its mirror path, and names none'],
    [
      'whose test went away',
      '// Tested in test/agent/gone.test.ts.\nexport const a = 1;\n',
      'names test/agent/gone.test.ts, which is not there',
    ],
  ])('%s is found', (_, text, fault) => {
    expect(faultOf('agent/none.ts', text)).toBe(fault);
  });
});
