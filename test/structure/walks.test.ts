// The walks of docs/architecture.md: lists of files, in the order in which they call each other.
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { importsIn } from './imports.ts';

const PAGE = readFileSync('docs/architecture.md', 'utf8');
/** What joins the lists: a file that no list calls is put in by one of these. */
const ROOTS = ['agent/assemble.ts', 'agent/main.ts', 'agent/store/open-store.ts', 'fleet/ctl/run.ts'];

interface Step {
  readonly number: number;
  readonly file: string;
}

/** The lists of one section; each begins with 1. */
function listsOf(title: string): string[][] {
  const section = PAGE.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
  const steps = [...section.matchAll(/^(\d+)\. \[[^\]]*\]\(\.\.\/([^)]+)\)/gm)].map(
    ([, number, file = '']): Step => ({ number: Number(number), file }),
  );
  const lists: string[][] = [];
  for (const { number, file } of steps) {
    if (number === 1) lists.push([]);
    lists.at(-1)?.push(file);
  }
  return lists;
}

const IMPORTS = new Map<string, readonly string[]>();

function importsOf(file: string): readonly string[] {
  const known = IMPORTS.get(file);
  if (known !== undefined) return known;
  const names = importsIn(readFileSync(file, 'utf8')).filter((name) => name.startsWith('.'));
  const found = names.map((name) => path.posix.join(path.posix.dirname(file), name));
  IMPORTS.set(file, found);
  return found;
}

/** Whether `from` comes to `to`, itself or over files that are in no list. */
function leadsTo(from: string, to: string, listed: readonly string[], seen = new Set<string>()): boolean {
  if (seen.has(from)) return false;
  seen.add(from);
  return importsOf(from).some(
    (next) => next === to || (!listed.includes(next) && leadsTo(next, to, listed, seen)),
  );
}

describe.each(['The walk of a document', 'The walk of a status'])('%s', (title) => {
  const lists = listsOf(title);

  test('has lists of files that are there', () => {
    expect(lists.length).toBeGreaterThan(1);
    expect(Math.min(...lists.map((list) => list.length))).toBeGreaterThan(1);
    expect(lists.flat().filter((file) => !existsSync(file))).toEqual([]);
  });

  test('goes forward: each file is called by one that stands before it, the first by a root', () => {
    const stray = lists.flatMap((list) =>
      list.filter((file, index) => {
        const before = index === 0 ? ROOTS : list.slice(0, index);
        return !before.some((from) => leadsTo(from, file, list));
      }),
    );
    expect(stray).toEqual([]);
  });

  test('never goes back: no file calls one that stands before it', () => {
    const back = lists.flatMap((list) =>
      list.flatMap((file, index) =>
        list
          .slice(0, index)
          .filter((earlier) => importsOf(file).includes(earlier))
          .map((earlier) => `${file} -> ${earlier}`),
      ),
    );
    expect(back).toEqual([]);
  });
});

test('a walk that went another way would be seen', () => {
  expect(leadsTo('agent/loop/supervisor.ts', 'agent/reconcile/decide.ts', [])).toBe(true);
  expect(leadsTo('agent/reconcile/decide.ts', 'agent/loop/supervisor.ts', [])).toBe(false);
  expect(globSync('agent/reconcile/*.ts').length).toBeGreaterThan(2);
});
