import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  MAX_PAYLOAD_BYTES,
  MAX_RETAINED_BYTES,
  parseJsonPayload,
  parseJsonText,
  WARN_RETAINED_BYTES,
} from '../../protocol/payload.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test('the sizes are those that every large broker carries', () => {
  expect([WARN_RETAINED_BYTES, MAX_RETAINED_BYTES, MAX_PAYLOAD_BYTES]).toEqual([49_152, 61_440, 122_880]);
});

test('any JSON value is read back from its bytes', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(parseJsonPayload(bytes(text), MAX_RETAINED_BYTES)).toEqual({
        ok: true,
        value: JSON.parse(text),
        text,
      });
    }),
  );
});

test('a payload of just the size is taken, one byte more is not', () => {
  const fits = bytes(`"${'ü'.repeat(9)}"`);
  expect(fits.byteLength).toBe(20);
  expect(parseJsonPayload(fits, 20)).toMatchObject({ ok: true, value: 'üüüüüüüüü' });
  expect(parseJsonPayload(fits, 19)).toEqual({
    ok: false,
    code: 'too_large',
    message: '20 bytes, at most 19 are taken',
  });
});

test('the size is judged before the content', () => {
  expect(parseJsonPayload(new Uint8Array(61_441).fill(0xff), 61_440)).toMatchObject({ code: 'too_large' });
});

test.each([
  ['a byte that never occurs', [0x22, 0xff, 0x22]],
  ['half a character', [0x22, 0xc3, 0x22]],
  ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22]],
  ['a surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
  ['UTF-16', [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]],
  ['gzip', [0x1f, 0x8b, 0x08, 0x00]],
])('%s is not UTF-8', (_title, content) => {
  expect(parseJsonPayload(Uint8Array.from(content), 100)).toEqual({
    ok: false,
    code: 'not_utf8',
    message: 'not valid UTF-8',
  });
});

test.each([
  ['nothing', ''],
  ['blanks', '  '],
  ['half a document', '{"schema": "holdf'],
  ['YAML', 'schema: holdfast.deployment/1'],
  ['a comment', '{} // done'],
  ['a comma too many', '{"a": 1,}'],
  ['single quotes', "{'a': 1}"],
  ['a number that is none', 'NaN'],
  ['a leading zero', '01'],
  ['a raw line end in a text', '"a\nb"'],
  ['two values', '{}{}'],
])('%s is not JSON', (_title, text) => {
  const parsed = parseJsonPayload(bytes(text), 100);
  expect(parsed).toMatchObject({ ok: false, code: 'not_json' });
  expect(parsed).toHaveProperty('message', expect.stringMatching(/^not JSON: \S/));
});

test.each([
  'hunter2',
  '{"content": hunter2}',
  `${'{"a": 1, '.repeat(9)}"content": 'hunter2'}`,
  '{"content": "hunter2" "mode"}',
  '{"content": "hunter2}',
  '{"content": "hunter2\\x"}',
  '["hunter2"] and more',
])('what is not JSON is not quoted: %s', (text) => {
  const parsed = parseJsonPayload(bytes(text), 200);
  expect(parsed.ok).toBe(false);
  expect(JSON.stringify(parsed)).not.toContain('unter');
});

test('a byte order mark is passed over', () => {
  expect(parseJsonPayload(Uint8Array.from([0xef, 0xbb, 0xbf, 0x7b, 0x7d]), 100)).toEqual({
    ok: true,
    value: {},
    text: '\uFEFF{}',
  });
});

test('the text of what is taken is its bytes, and is the same value when it is parsed again', () => {
  const blank = fc.constantFrom('', ' ', '\r\n', '\t', '\uFEFF');
  const odd = fc.constantFrom(
    ...['1e3', '1E400', '-0', '0.1e1', '123456789012345678901', '"\\ud800"', '"\\u00e9"', '"é"', '"\uFEFF"'],
    ...['{"a":1,"a":2}', '{"__proto__":1}', '{"b":1,"a":{"a":0,"a":[]}}', '[1.0,1]'],
  );
  fc.assert(
    fc.property(blank, fc.oneof(fc.json(), odd), blank, (before, json, after) => {
      const payload = bytes(before + json + after);
      const parsed = parseJsonPayload(payload, MAX_RETAINED_BYTES);
      if (!parsed.ok) return;
      expect(bytes(parsed.text)).toEqual(payload);
      expect(parseJsonText(parsed.text)).toEqual(parsed.value);
    }),
  );
});

test('any bytes at all are answered with a value or a short message in whole characters', () => {
  const garbage = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.string({ unit: 'binary' }).map(bytes));
  fc.assert(
    fc.property(garbage, (payload) => {
      const parsed = parseJsonPayload(payload, 250);
      if (parsed.ok) return;
      expect(parsed.message.isWellFormed()).toBe(true);
      expect(parsed.message.length).toBeLessThan(200);
    }),
    { numRuns: 1000 },
  );
});

test('the message quotes no half of a surrogate pair', () => {
  for (let blanks = 0; blanks < 20; blanks += 1) {
    const parsed = parseJsonPayload(
      bytes(`{"😀😀😀😀😀😀😀😀${' '.repeat(blanks)}": x😀😀😀😀😀😀😀😀😀😀😀}`),
      1000,
    );
    expect(parsed).toHaveProperty(
      'message',
      expect.toSatisfy((text: string) => text.isWellFormed()),
    );
  }
});

test('lists as deep as a payload allows are read', () => {
  const depth = MAX_RETAINED_BYTES / 2;
  expect(parseJsonPayload(bytes('['.repeat(depth) + ']'.repeat(depth)), MAX_RETAINED_BYTES).ok).toBe(true);
});
