// Arguments of what comes bit by bit and goes back in time.
// Tested in test/protocol/operations/operations.test.ts.
import * as v from 'valibot';
import { durationSchema, timestampSchema } from '../fields.ts';
import { parseDurationMs } from '../values/duration.ts';
import type { Argument } from './operation.ts';

/** In the query of a request a value is a text, in a command a JSON value. */
export const flagSchema = v.pipe(
  v.union([v.boolean(), v.picklist(['true', 'false'])]),
  v.transform((value) => value === true || value === 'true'),
);

const MAX_TAIL = 10_000;
const tailSchema = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.regex(/^\d{1,6}$/), v.toNumber())]),
  v.integer(),
  v.minValue(0),
  v.maxValue(MAX_TAIL),
);

export const STREAM_ARGS = {
  follow: {
    schema: v.optional(flagSchema),
    ...{ expected: 'true or false, and true at the device alone', called: 'flag', placeholder: '' },
    ...{ option: 'go on with what comes, until Ctrl-C', short: 'f', isFlag: true, isLocal: true },
  },
  since: {
    schema: v.optional(v.union([durationSchema, timestampSchema])),
    expected: 'a duration such as 10m, or a time such as 2026-11-22T10:00:00Z',
    ...{ called: 'time', placeholder: 'TIME', option: 'what is newer: 10m, 2h, or 2026-11-22T10:00:00Z' },
  },
  tail: {
    schema: v.optional(tailSchema),
    expected: `a number from 0 to ${MAX_TAIL}`,
    ...{ called: 'number', placeholder: 'N', option: 'the newest N at most' },
  },
} as const satisfies Record<string, Argument>;

/** The moment that `since` names, in milliseconds since 1970. */
export function sinceMs(since: string, now: Date): number {
  const durationMs = parseDurationMs(since);
  return durationMs === null ? Date.parse(since) : now.getTime() - durationMs;
}
