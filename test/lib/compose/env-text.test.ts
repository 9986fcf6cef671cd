// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Compose's variables
// What stands here was compared with `docker compose config` 2.26.
import { describe, expect, test } from 'vitest';
import { type EnvStatement, readEnvText } from '../../../lib/compose/env-text.ts';

/** Values by name; one with variables yet to be put in is as a text, others say what they are. */
function valuesOf(text: string): Record<string, unknown> {
  return Object.fromEntries(readEnvText(text, false).map(entryOf));
}
function entryOf(statement: EnvStatement): [string, unknown] {
  if ('fault' in statement) return [`line ${statement.line}`, statement.fault];
  const { name, value } = statement;
  return [name, value.kind === 'template' ? value.text : value];
}
const literal = (text: string) => ({ kind: 'literal', text });

describe('a bare value', () => {
  test.each([
    ['A=two words  ', { A: 'two words' }],
    ['A=a # note', { A: 'a' }],
    ['A=a#b', { A: 'a#b' }],
    ['A= #b', { A: '#b' }],
    ['A=', { A: '' }],
    [String.raw`A=a\nb\$c`, { A: String.raw`a\nb\$c` }],
    ['A=a"b"', { A: 'a"b"' }],
    ['A\t=1\n  B: 2\nexport\tC=3', { A: '1', B: '2', C: '3' }],
    ['A=1\r\nB=2\r\n', { A: '1', B: '2' }],
    ['A', { A: { kind: 'inherited' } }],
  ])('%j', (text, expected) => {
    expect(valuesOf(text)).toEqual(expected);
  });
});

describe('in double quotes', () => {
  test.each([
    [String.raw`A="^\d+\.\d+$$"`, String.raw`^\d+\.\d+$$`],
    [String.raw`A="pa\$sword"`, 'pa$$sword'],
    [String.raw`A="\a\b\c\f\n\r\t\v\\\"\x41\e"`, '\u0007\b\\c\f\n\r\t\v\\"\\x41\\e'],
    [String.raw`A="\0123\08"`, 'S\\08'],
    [String.raw`A="end\\"`, 'end\\'],
    [String.raw`A="\\$B"`, '\\$B'],
    [String.raw`A="\\\$B"`, '\\$$B'],
    ['A="x" # note', 'x'],
    ['A="1\n# no note\n2"', '1\n# no note\n2'],
    ['A="it\'s"', "it's"],
  ])('%j', (text, value) => {
    expect(valuesOf(text)).toEqual({ A: value });
  });
});

describe('in single quotes', () => {
  test.each([
    [String.raw`A='Let\'s go!'`, "Let's go!"],
    [String.raw`A='a\\b\n$C'`, String.raw`a\\b\n$C`],
    [String.raw`A='a\\'`, String.raw`a\\`],
    ["A='one\ntwo'#note", 'one\ntwo'],
  ])('%j', (text, value) => {
    expect(valuesOf(text)).toEqual({ A: literal(value) });
  });
});

test('lines go on being counted past a value of several', () => {
  expect(readEnvText('\n# note\nA="1\n2"\n=3\nB=4', false)).toMatchObject([
    { line: 3, name: 'A' },
    { line: 5, fault: 'expected NAME=value' },
    { line: 6, name: 'B' },
  ]);
});

test.each([
  ['A="open\nB=1', { 'line 1': 'the quote is not closed', B: '1' }],
  ["A='open", { 'line 1': 'the quote is not closed' }],
  ['A="x"b', { 'line 1': 'text after the closing quote' }],
  ['A b=1', { 'line 1': 'expected NAME=value' }],
])('%j is a fault', (text, expected) => {
  expect(valuesOf(text)).toEqual(expected);
});

test('raw values stand as they are', () => {
  expect(readEnvText('A="$X" # b\nB=\'c', true)).toMatchObject([
    { name: 'A', value: literal('"$X" # b') },
    { name: 'B', value: literal("'c") },
  ]);
});
