// Small schemas that several documents share.
import * as v from 'valibot';
import { BYTE_SIZE_PATTERN } from './values/byte-size.ts';
import { DURATION_PATTERN } from './values/duration.ts';

export const durationSchema = v.pipe(
  v.string(),
  v.regex(DURATION_PATTERN, 'a duration such as "10s" or "1m30s"'),
);
export const byteSizeSchema = v.pipe(v.string(), v.regex(BYTE_SIZE_PATTERN, 'a size such as "256M" or "1g"'));
export const textSchema = v.pipe(v.string(), v.maxLength(4096, 'at most 4096 characters'));
export const shortTextSchema = v.pipe(
  v.string(),
  v.minLength(1, 'not empty'),
  v.maxLength(256, 'at most 256 characters'),
);
export const stringsSchema = v.pipe(v.array(textSchema), v.maxLength(256, 'at most 256 items'));
export const absolutePathSchema = v.pipe(
  v.string(),
  v.maxLength(1024, 'at most 1024 characters'),
  // A colon would end the path in the engine's mount syntax, and NUL ends it in the kernel's.
  v.regex(/^\/[^:\0]*$/, 'an absolute path without ":"'),
);
export const portSchema = v.pipe(
  v.number(),
  v.integer('a whole number'),
  v.minValue(1, 'a port from 1 to 65535'),
  v.maxValue(65_535, 'a port from 1 to 65535'),
);
export const hashSchema = v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/, 'sha256: and 64 hex digits'));
// RFC 3339 as a pattern: what validators take for the format `date-time` differs from one to the next.
const TIMESTAMP_PATTERN =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;
export const timestampSchema = v.pipe(
  v.string(),
  v.regex(TIMESTAMP_PATTERN, 'a time such as "2026-11-22T10:00:00Z"'),
);
export const countSchema = v.pipe(v.number(), v.integer('a whole number'), v.minValue(0, 'zero or more'));
export const revisionSchema = v.pipe(
  v.number(),
  v.integer('a whole number'),
  v.minValue(1, '1 or more'),
  v.maxValue(Number.MAX_SAFE_INTEGER, 'at most 2^53 - 1'),
);
