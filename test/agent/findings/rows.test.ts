import { describe, expect, test } from 'vitest';
import { REMEDIES } from '../../../agent/findings/remedies.ts';
import { ROWS } from '../../../agent/findings/rows.ts';
import { REASONS } from '../../../protocol/reports/reasons.ts';

test('no two rows have the same code, nor one that a reason has', () => {
  const codes = [...ROWS.map(({ code }) => code), ...Object.keys(REASONS)];
  expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
});

describe.each(ROWS.map((row) => [row.code, row] as const))('the row %s', (_, row) => {
  test('says what it means and what mends it, in one line each', () => {
    for (const text of [row.meaning, row.mend]) expect(text).toMatch(/^\S[^|\n]*[^.\s]$/);
  });
});

test.each(Object.entries(REMEDIES))('what mends %s is a phrase', (_, { text }) => {
  expect(text).toMatch(/^[^.\s|][^|\n]*[^.\s]$/);
});
