import { expect, test } from 'vitest';
import { wrap } from '../../../lib/render/wrap.ts';

test('lines are broken at spaces, and those after the first are further in', () => {
  expect(wrap('one two three four', 2, 12)).toEqual(['  one two', '    three', '    four']);
});

test('with no terminal nothing is broken, and a word that is too long is left whole', () => {
  expect(wrap('one two three', 0, null)).toEqual(['one two three']);
  expect(wrap('a registry.example.com/image b', 0, 10)).toEqual(['a', '  registry.example.com/image', '  b']);
});

test('it is broken by what the terminal draws', () => {
  expect(wrap('東京 東京', 0, 8)).toEqual(['東京', '  東京']);
});
