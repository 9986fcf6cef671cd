import * as v from 'valibot';
import { expect, test } from 'vitest';
import {
  absolutePathSchema,
  byteSizeSchema,
  countSchema,
  durationSchema,
  hashSchema,
  portSchema,
  revisionSchema,
  textSchema,
  timestampSchema,
} from '../../protocol/fields.ts';

test.each([
  ['duration', durationSchema, ['10s', '1m30s'], ['10', '', 10, 'soon']],
  ['byte size', byteSizeSchema, ['256M', '1.5 gb'], ['1P', '', 256]],
  ['text', textSchema, ['', 'a'.repeat(4096)], ['a'.repeat(4097), null]],
  [
    'absolute path',
    absolutePathSchema,
    ['/', '/etc/a b', `/${'a'.repeat(1023)}`],
    ['', 'a', './a', '/a:b', '/a\0', `/${'a'.repeat(1024)}`],
  ],
  ['port', portSchema, [1, 65_535], [0, 65_536, -1, 1.5, '80']],
  [
    'hash',
    hashSchema,
    [`sha256:${'0'.repeat(64)}`],
    ['', `sha256:${'0'.repeat(63)}`, `sha256:${'A'.repeat(64)}`, 'md5:00'],
  ],
  ['count', countSchema, [0, 1, 2 ** 53], [-1, 0.5, '1', null]],
  [
    'revision',
    revisionSchema,
    [1, Number.MAX_SAFE_INTEGER],
    [0, -1, 1.5, 2 ** 53, '1', Number.POSITIVE_INFINITY],
  ],
])('a %s is told from what is none', (_title, schema, good, bad) => {
  for (const value of good) expect(v.is(schema, value), JSON.stringify(value)).toBe(true);
  for (const value of bad) expect(v.is(schema, value), JSON.stringify(value)).toBe(false);
});

test.each([
  '2026-11-22T10:00:00Z',
  '2026-11-22T10:00:00.1Z',
  '2026-11-22T10:00:00.123456789Z',
  '2026-11-22T10:00:00+01:00',
  '0001-01-01T00:00:00-23:59',
  new Date(0).toISOString(),
])('%s is a time', (text) => {
  expect(v.is(timestampSchema, text)).toBe(true);
});

test.each([
  '',
  '2026-11-22',
  '2026-11-22T10:00Z',
  '2026-11-22T10:00:00',
  '2026-11-22 10:00:00Z',
  '2026-11-22t10:00:00z',
  '2026-13-22T10:00:00Z',
  '2026-11-32T10:00:00Z',
  '2026-11-22T24:00:00Z',
  '2026-11-22T10:00:60Z',
  '2026-11-22T10:00:00+01',
  '2026-11-22T10:00:00+0100',
  '2026-11-22T10:00:00.1234567890Z',
  '+010000-01-01T00:00:00Z',
  '2026-11-22T10:00:00Z\n',
  1_700_000_000,
])('%j is no time', (value) => {
  expect(v.is(timestampSchema, value)).toBe(false);
});
