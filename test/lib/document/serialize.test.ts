import { expect, test } from 'vitest';
import { serialize } from '../../../lib/document/serialize.ts';

const documentOf = (bytes: number) => ({
  services: { web: { image: 'web:1' } },
  configs: { big: { content: 'x'.repeat(bytes) } },
});

test('a document that fits is its text, without a word', () => {
  const document = documentOf(10);
  const text = JSON.stringify(document);
  expect(serialize(document)).toEqual({ ok: true, payload: { text, bytes: text.length, warning: null } });
});

test('near the limit it is said', () => {
  expect(serialize(documentOf(50 * 1024))).toMatchObject({
    ok: true,
    payload: { warning: expect.stringMatching(/^the document has 50\.\d KiB of at most 60\.0 KiB; /) },
  });
});

test('past it it is a failure that names the largest parts', () => {
  expect(serialize(documentOf(61 * 1024))).toMatchObject({
    ok: false,
    failure: {
      code: 'too_large',
      message: expect.stringContaining('the largest parts are configs.big (61.0 KiB)'),
    },
  });
});
