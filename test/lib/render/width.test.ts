import { expect, test } from 'vitest';
import { columnsOf, shorten, widthOf } from '../../../lib/render/width.ts';

test('a terminal that does not tell its width has the usual one', () => {
  expect(columnsOf({ isTTY: true, columns: 40 })).toBe(40);
  expect(columnsOf({ isTTY: true, columns: 0 })).toBe(80);
  expect(columnsOf({ columns: 40 })).toBeNull();
});

test.each([
  ['', 0],
  ['plain text', 10],
  ['größer …', 8],
  ['東京', 4],
  ['한국어', 6],
  ['e\u0301', 1],
  ['ok 🚀', 5],
  ['ｆｕｌｌ', 8],
])('%j takes %i columns', (text, width) => {
  expect(widthOf(text)).toBe(width);
});

test('what fits stays whole, and of the rest the beginning is kept', () => {
  expect(shorten('exactly', 7, '…')).toBe('exactly');
  expect(shorten('exactly', 6, '…')).toBe('exact…');
  expect(shorten('exactly', 6, '..')).toBe('exac..');
});

test('no character is cut in two, nor drawn past the width', () => {
  expect(shorten('東京都', 4, '…')).toBe('東…');
  expect(shorten('🚀🚀🚀', 5, '…')).toBe('🚀🚀…');
});
