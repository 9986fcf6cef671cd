import { expect, test } from 'vitest';
import { alignColumns } from '../../../lib/render/table.ts';

const ROWS = [
  ['NAME', 'N', 'DETAIL'],
  ['web', '7', 'all is well with it'],
  ['database', '12', ''],
];

test('columns are as wide as their widest cell, and no line ends in spaces', () => {
  expect(alignColumns(ROWS, { rightAligned: [1] })).toEqual([
    'NAME       N  DETAIL',
    'web        7  all is well with it',
    'database  12',
  ]);
});

test('elastic columns give way to the width of the terminal, down to their least', () => {
  expect(alignColumns(ROWS, { columns: 24, elastic: [2] })[1]).toBe('web       7   all is w..');
  expect(alignColumns(ROWS, { columns: 5, elastic: [2], ellipsis: '…' })[1]).toBe('web       7   all is …');
  expect(alignColumns(ROWS, { columns: 5, elastic: [2], minElastic: 12 })[1]).toBe(
    'web       7   all is wel..',
  );
});

test('a cell that takes two columns a character keeps the others in line', () => {
  expect(
    alignColumns([
      ['東京', 'x'],
      ['abcde', 'y'],
    ]),
  ).toEqual(['東京   x', 'abcde  y']);
});

test('colour takes no room, and control characters are none', () => {
  const lines = alignColumns(
    [
      ['\u001b[2Ja', 'b'],
      ['long one', 'c'],
    ],
    { styleOf: (row, column) => (row === 0 && column === 0 ? 'red' : null) },
  );
  expect(lines).toEqual(['\u001b[31m[2Ja\u001b[39m      b', 'long one  c']);
});

test('a row may lack cells', () => {
  expect(alignColumns([['a'], ['b', 'c']])).toEqual(['a', 'b  c']);
});
