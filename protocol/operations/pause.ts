// Tested in test/protocol/operations/operations.test.ts.
import * as v from 'valibot';
import { timestampSchema } from '../fields.ts';
import { boundOf } from '../values/bound.ts';
import { parseDurationMs } from '../values/duration.ts';
import { nameSchema } from '../values/names.ts';
import type { Argument, Operation } from './operation.ts';

const MIN_MS = boundOf('1m', parseDurationMs);
const MAX_MS = boundOf('30d', parseDurationMs);
const MAX_REASON = 200;

/** One deployment of the device; left out: all that there are now. */
export const deploymentOrAll = {
  ...{ schema: v.optional(nameSchema), expected: 'a name', called: 'deployment name' },
  placeholder: 'DEPLOYMENT',
} as const satisfies Argument;

const lengthSchema = v.pipe(
  v.string(),
  v.check((text) => {
    const ms = parseDurationMs(text);
    return ms !== null && ms >= MIN_MS && ms <= MAX_MS;
  }),
);

const reasonSchema = v.pipe(
  v.string(),
  v.trim(),
  v.minLength(1),
  v.maxLength(MAX_REASON),
  v.regex(/^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+$/u),
);

const pausedSchema = v.object({
  paused: v.array(
    v.object({
      deployment: nameSchema,
      /** By the device's clock as it is; `null`: it begins when what is under way has ended. */
      until: v.nullable(timestampSchema),
    }),
  ),
  for_ms: v.number(),
  reason: v.string(),
});

export type Paused = v.InferOutput<typeof pausedSchema>;

/**
 * Nothing is created, started, stopped, changed or removed for a while; it ends by itself. Takes the place of a pause
 * before it. An update between its switch and its proof ends first.
 */
export const pause = {
  name: 'pause',
  summary: 'do nothing for a while: no update, no repair; of one deployment, or of all',
  args: {
    deployment: deploymentOrAll,
    for: {
      schema: lengthSchema,
      ...{ expected: 'a duration from 1m to 30d, such as 2h', called: 'duration', placeholder: 'TIME' },
      option: 'how long, from 1m to 30d: 45m, 2h',
    },
    reason: {
      schema: reasonSchema,
      expected: `a text of 1 to ${MAX_REASON} characters on one line`,
      ...{ called: 'reason', placeholder: 'TEXT', option: 'why, for those who see it: "camera is replaced"' },
    },
  },
  answer: pausedSchema,
  askedBy: { broker: true, socket: { method: 'POST', path: '/v1/pause' } },
} as const satisfies Operation;
