// The table of operations.md holds only as long as something proves it: every row names its tests.
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { OPERATIONS_PAGE, readOperationsRows } from './operations-rows.ts';

const rows = readOperationsRows();

describe('every row of "what happens when" names a test that is there', () => {
  test('and there are rows', () => {
    expect(rows.length).toBeGreaterThan(40);
  });

  test.for(rows)('$when', ({ tests }) => {
    const files = [...tests.matchAll(/\]\((?<file>[^)]+\.test\.ts)\)/g)].map(
      ({ groups }) => groups?.file ?? '',
    );
    expect(files).not.toEqual([]);
    expect(files.filter((file) => !existsSync(new URL(file, OPERATIONS_PAGE)))).toEqual([]);
  });
});
