import { describe, expect, test } from 'vitest';
import { splitCommand } from '../../../lib/compose/split-command.ts';

describe('splitCommand', () => {
  test.each<[string, string[]]>([
    ['', []],
    ['   ', []],
    ['one', ['one']],
    ['  a  b\tc\n', ['a', 'b', 'c']],
    ['a "b c" d', ['a', 'b c', 'd']],
    ["a 'b c' d", ['a', 'b c', 'd']],
    [`a ""  ''`, ['a', '', '']],
    [`--x="y z"w`, ['--x=y zw']],
    [`'a"b' "c'd"`, ['a"b', "c'd"]],
    ['a\\ b', ['a b']],
    ['"a\\"b\\\\c\\$d"', ['a"b\\c$d']],
    ["'a\\nb'", ['a\\nb']],
    ['a#b $HOME *.txt', ['a#b', '$HOME', '*.txt']],
    ['"a; b | c"', ['a; b | c']],
  ])('%j', (text, words) => {
    expect(splitCommand(text)).toEqual({ ok: true, words });
  });

  test.each([
    ['a && b', '"&"'],
    ['a; b', '";"'],
    ['a > b', '">"'],
    ['a | b', '"|"'],
    ['a `b`', '"`"'],
    ['a $(b)', '"$"'],
    ['"$(b)"', '"$"'],
    ["it's", "a ' is not closed"],
    ['a "b', 'a " is not closed'],
    ['a\\nb', '"\\n"'],
    ['"a\\nb"', '"\\n"'],
    ['a\\', 'read differently'],
  ])('%j is refused', (text, message) => {
    expect(splitCommand(text)).toMatchObject({ ok: false, message: expect.stringContaining(message) });
  });
});
