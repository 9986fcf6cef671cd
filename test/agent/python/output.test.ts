import { expect, test } from 'vitest';
import type { OutputLine } from '../../../agent/model/last-words.ts';
import { rejoined, textsOf } from '../../../agent/python/output.ts';

const out = (text: string): OutputLine => ({ stream: 'stdout', text });
const err = (text: string): OutputLine => ({ stream: 'stderr', text });
const textOf = (output: readonly OutputLine[]): string[][] =>
  textsOf(output).map((lines) => lines.map(({ text }) => text));

test('each stream is a text of its own, without colours', () => {
  expect(textOf([out('a'), err('\u001b[1;31mb\u001b[0m\r'), out('c')])).toEqual([['a', 'c'], ['b']]);
});

test('a traceback in a field of JSON is a text of its own', () => {
  const traceback = 'before\nTraceback (most recent call last):\n  File "a.py", line 3, in f\nOSError: "x"';
  const json = JSON.stringify({ level: 'error', exc: traceback, more: 'ü' });
  expect(textOf([out(`web | ${json}`)])[1]).toEqual(traceback.split('\n'));
});

test('so is one in a repr', () => {
  const line = `failed: 'Traceback (most recent call last):\\n  File "a.py", line 3, in f\\nOSError: x\\n'`;
  expect(textOf([out(line)])[1]?.slice(0, 3)).toEqual([
    'Traceback (most recent call last):',
    '  File "a.py", line 3, in f',
    'OSError: x',
  ]);
});

test('of long output the end is kept', () => {
  const lines = textOf(Array.from({ length: 5000 }, (_, index) => out(String(index))))[0] ?? [];
  expect(lines).toHaveLength(2000);
  expect(lines.at(-1)).toBe('4999');
  expect(textOf([out('x'.repeat(1024 * 1024)), out('y')])).toEqual([['y']]);
});

test('what was broken at a width is joined, each stream for itself', () => {
  const piece = 'x'.repeat(50);
  expect(rejoined([out(piece), err('e'), out(piece), out('y')])).toEqual([
    err('e'),
    out(`${piece}${piece}y`),
  ]);
});
