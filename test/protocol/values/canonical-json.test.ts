import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, contentHash } from '../../../protocol/values/canonical-json.ts';

test("RFC 8785's sample of section 3.2.2 comes out as its section 3.2.3 prints it", () => {
  const input = JSON.parse(String.raw`{
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    "literals": [null, true, false]
  }`);
  const expected = String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`;
  expect(canonicalJson(input)).toBe(expected);
});

test("RFC 8785's sample is the bytes that section 3.2.4 prints", () => {
  const input = { literals: [null, true, false], string: '€$\u000f\nA' };
  const hex =
    '7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c22737472696e67223a22e282ac245c75303030665c6e41227d';
  expect(Buffer.from(canonicalJson(input)).toString('hex')).toBe(hex);
});

test("keys are sorted by UTF-16 code units, as RFC 8785's section 3.2.3 does: emoji before U+FB33", () => {
  const input = JSON.parse(String.raw`{
    "\u20ac": "Euro Sign",
    "\r": "Carriage Return",
    "\ufb33": "Hebrew Letter Dalet With Dagesh",
    "1": "One",
    "\ud83d\ude00": "Emoji: Grinning Face",
    "\u0080": "Control",
    "\u00f6": "Latin Small Letter O With Diaeresis"
  }`);
  expect(Object.values(JSON.parse(canonicalJson(input)))).toHaveLength(7);
  const values = [...canonicalJson(input).matchAll(/:"([^"]+)"/g)].map(([, value]) => value);
  expect(values).toEqual([
    'Carriage Return',
    'One',
    'Control',
    'Latin Small Letter O With Diaeresis',
    'Euro Sign',
    'Emoji: Grinning Face',
    'Hebrew Letter Dalet With Dagesh',
  ]);
});

test.each([
  ['0000000000000000', '0'],
  ['8000000000000000', '0'],
  ['0000000000000001', '5e-324'],
  ['8000000000000001', '-5e-324'],
  ['7fefffffffffffff', '1.7976931348623157e+308'],
  ['ffefffffffffffff', '-1.7976931348623157e+308'],
  ['4340000000000000', '9007199254740992'],
  ['c340000000000000', '-9007199254740992'],
  ['4430000000000000', '295147905179352830000'],
  ['44b52d02c7e14af5', '9.999999999999997e+22'],
  ['44b52d02c7e14af6', '1e+23'],
  ['44b52d02c7e14af7', '1.0000000000000001e+23'],
  ['444b1ae4d6e2ef4e', '999999999999999700000'],
  ['444b1ae4d6e2ef4f', '999999999999999900000'],
  ['444b1ae4d6e2ef50', '1e+21'],
  ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
  ['3eb0c6f7a0b5ed8d', '0.000001'],
  ['41b3de4355555553', '333333333.3333332'],
  ['41b3de4355555554', '333333333.33333325'],
  ['41b3de4355555555', '333333333.3333333'],
  ['41b3de4355555556', '333333333.3333334'],
  ['41b3de4355555557', '333333333.33333343'],
  ['becbf647612f3696', '-0.0000033333333333333333'],
  ['43143ff3c1cb0959', '1424953923781206.2'],
])("the number %s of RFC 8785's appendix B is written %s", (hex, text) => {
  expect(canonicalJson(Buffer.from(hex, 'hex').readDoubleBE())).toBe(text);
});

test.each([
  ['not a number', Number.NaN],
  ['infinity', Number.POSITIVE_INFINITY],
  ['undefined', undefined],
  ['half a surrogate pair', '\ud800'],
  ['half a surrogate pair in a key', { '\udc00': 1 }],
])('%s is no JSON value and throws', (_title, value) => {
  expect(() => canonicalJson(value)).toThrow();
});

test('the canonical text of any JSON value says the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      fc.pre(isUnicode(value));
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(JSON.parse(canonicalJson(value)))).toBe(canonicalJson(value));
    }),
  );
});

test('the hash does not change with the order of keys, at any depth', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      fc.pre(isUnicode(value));
      expect(contentHash(reversed(value))).toBe(contentHash(value));
    }),
  );
});

test('the hash changes with the order of a list', () => {
  expect(contentHash(['a', 'b'])).not.toBe(contentHash(['b', 'a']));
});

test('different values have different hashes', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      fc.pre(isUnicode(one) && isUnicode(other) && canonicalJson(one) !== canonicalJson(other));
      expect(contentHash(one)).not.toBe(contentHash(other));
    }),
  );
});

test('the hash is "sha256:" and the hex SHA-256 of the UTF-8 text', () => {
  expect(contentHash({ b: 1, a: 'ü' })).toBe(
    `sha256:${createHash('sha256')
      .update(Buffer.from([...Buffer.from('{"a":"'), 0xc3, 0xbc, ...Buffer.from('","b":1}')]))
      .digest('hex')}`,
  );
  expect(contentHash({})).toBe('sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a');
});

test('a value as deep as a payload allows is hashed', () => {
  const depth = 30_000;
  const text = `${'['.repeat(depth)}${']'.repeat(depth)}`;
  expect(canonicalJson(JSON.parse(text))).toBe(text);
});

function isUnicode(value: unknown): boolean {
  return !/\\ud[89a-f][0-9a-f]{2}/.test(JSON.stringify(value));
}

/** The same value with every object's keys written in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, item]) => [key, reversed(item)]),
  );
}
