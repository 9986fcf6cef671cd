// The table of operations.md holds only as long as something proves it: every row names its tests.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const page = new URL('../../docs/operations.md', import.meta.url);

/** Rows of the table "what happens when", as cells. */
function readRows(): string[][] {
  const lines = readFileSync(page, 'utf8').split('\n');
  const head = lines.findIndex((line) => /^\| when \|/.test(line));
  const end = lines.findIndex((line, index) => index > head && !line.startsWith('|'));
  return lines.slice(head + 2, end).map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()));
}

const rows = readRows().map((cells) => ({ when: cells[1] ?? '', tests: cells.at(-2) ?? '' }));

describe('every row of "what happens when" names a test that is there', () => {
  test('and there are rows', () => {
    expect(rows.length).toBeGreaterThan(40);
  });

  test.for(rows)('$when', ({ tests }) => {
    const files = [...tests.matchAll(/\]\((?<file>[^)]+\.test\.ts)\)/g)].map(
      ({ groups }) => groups?.file ?? '',
    );
    expect(files).not.toEqual([]);
    expect(files.filter((file) => !existsSync(new URL(file, page)))).toEqual([]);
  });
});
