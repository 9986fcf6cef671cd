import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  asSentence,
  cutText,
  printable,
  printableJson,
  wellFormedJson,
} from '../../../protocol/values/text.ts';

/** Every character of the classes that a terminal obeys or hides. */
const UNPRINTABLE = Array.from({ length: 0x110000 }, (_, code) => code)
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code))
  .filter((character) => /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(character));

describe('text that is cut', () => {
  test('leaves out the character that does not fit whole', () => {
    expect(cutText(`${'a'.repeat(299)}\u{1F321}`, 300)).toBe('a'.repeat(299));
    expect(cutText(`${'a'.repeat(298)}\u{1F321}`, 300)).toBe(`${'a'.repeat(298)}\u{1F321}`);
  });

  test('is well formed, never longer than asked, and else the beginning of what it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), fc.nat(20), (head, tail, max) => {
        const text = `${head}\ud83c${tail}`;
        const cut = cutText(text, max);
        expect(cut.isWellFormed()).toBe(true);
        expect(cut.length).toBeLessThanOrEqual(max);
        expect(text.toWellFormed().startsWith(cut)).toBe(true);
        expect(cut.length).toBeGreaterThanOrEqual(Math.min(max, text.length) - 1);
      }),
    );
  });
});

describe('text that is shown', () => {
  test('has no character that a terminal obeys or hides', () => {
    expect(UNPRINTABLE.length).toBeGreaterThan(200);
    for (const character of UNPRINTABLE) expect(printable(`a${character}b`)).toBe('a b');
  });

  test('keeps every other character', () => {
    expect(printable('Grüße, 世界 \u{1F321}')).toBe('Grüße, 世界 \u{1F321}');
  });

  test('is well formed', () => {
    expect(printable('a\ud83c')).toBe('a\ufffd');
  });
});

describe('JSON that is shown', () => {
  test('has no such character either, and parses to the same value', () => {
    const value = { all: UNPRINTABLE.join(''), 'key\u009b': ['\u202e', 1, null] };
    const json = printableJson(value, 2);
    expect(json.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(JSON.parse(json)).toEqual(value);
  });
});

describe('JSON that is sent', () => {
  test('holds no half of a character', () => {
    expect(wellFormedJson({ log: ['ok', 'aaa\ud83c'] })).toBe('{"log":["ok","aaa\ufffd"]}');
  });

  test('is else what it was', () => {
    for (const value of [{ a: '\\ud83c', b: '\u{1F321}' }, [], null, 'text'])
      expect(wellFormedJson(value)).toBe(JSON.stringify(value));
  });
});

test.each([
  ['there is none', 'There is none.'],
  ['', '.'],
])('%j as a sentence is %j', (text, sentence) => {
  expect(asSentence(text)).toBe(sentence);
});
