import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BYTE_SIZE_PATTERN, formatBytes, parseByteSize } from '../../../protocol/values/byte-size.ts';

test.each([
  ['0', 0],
  ['4096', 4096],
  ['4096b', 4096],
  ['4096B', 4096],
  ['1k', 1024],
  ['1K', 1024],
  ['1kb', 1024],
  ['256M', 268_435_456],
  ['256 MB', 268_435_456],
  ['1.5g', 1_610_612_736],
  ['512MiB', 536_870_912],
  ['512mi', 536_870_912],
  ['2t', 2 * 1024 ** 4],
  ['0.3k', 307],
])('%s is %d bytes', (text, bytes) => {
  expect(parseByteSize(text)).toBe(bytes);
});

test.each([
  ['nothing', ''],
  ['a unit alone', 'M'],
  ['a sign', '-1M'],
  ['a unit that is none', '1P'],
  ['two blanks', '1  M'],
  ['a double unit', '1bb'],
  ['a dot with nothing after', '1.M'],
  ['an exponent', '1e3'],
  ['hexadecimal', '0x10'],
  ['a line end', '1M\n'],
])('%s is no size', (_title, text) => {
  expect(parseByteSize(text)).toBeNull();
  expect(BYTE_SIZE_PATTERN.test(text)).toBe(false);
});

test('a size past 2^53 bytes or 40 characters is none', () => {
  expect(parseByteSize('9007199254740991')).toBe(Number.MAX_SAFE_INTEGER);
  expect(parseByteSize('9007199254740992')).toBeNull();
  expect(parseByteSize('9000t')).toBeNull();
  expect(parseByteSize(`${'0'.repeat(40)}1`)).toBeNull();
});

test('any whole number of any unit is read back', () => {
  const units = { '': 0, b: 0, k: 1, m: 2, g: 3, t: 4 } as const;
  const unit = fc.constantFrom(...Object.entries(units));
  fc.assert(
    fc.property(fc.nat(8000), unit, fc.boolean(), (amount, [letter, power], isUpper) => {
      const text = `${amount}${isUpper ? letter.toUpperCase() : letter}`;
      expect(parseByteSize(text)).toBe(amount * 1024 ** power);
    }),
  );
});

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [268_435_456, '256.0 MiB'],
  [1_610_612_736, '1.5 GiB'],
  [5000 * 1024 ** 4, '5000.0 TiB'],
])('%d bytes are told as "%s"', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test('what is told of a size reads back to within a twentieth of its unit', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 48), (bytes) => {
      const text = formatBytes(bytes);
      const told = parseByteSize(text.replace('iB', '')) ?? Number.NaN;
      const unit = bytes < 1024 ? 0 : 1024 ** Math.floor(Math.log2(bytes) / 10);
      expect(Math.abs(told - bytes)).toBeLessThanOrEqual(unit * 0.0501);
    }),
  );
});
