// How a service's health is found out: the engine's check inside the container, the agent's probe from outside.
// Tested in test/protocol/deployment/deployment.test.ts.
import * as v from 'valibot';
import { absolutePathSchema, countSchema, durationSchema, portSchema, stringsSchema } from '../fields.ts';
import { strictObject } from '../objects.ts';

export const healthcheckSchema = strictObject({
  /** `["CMD", …]`, `["CMD-SHELL", "…"]` or `["NONE"]`; the image's own unless said. */
  test: v.optional(v.pipe(stringsSchema, v.minLength(1, 'CMD, CMD-SHELL or NONE first'))),
  interval: v.optional(durationSchema),
  timeout: v.optional(durationSchema),
  retries: v.optional(v.pipe(countSchema, v.maxValue(1000, 'at most 1000'))),
  start_period: v.optional(durationSchema),
  /** Between checks within `start_period`; an engine before API 1.44 cannot, and says so. */
  start_interval: v.optional(durationSchema),
});

const probeTiming = {
  interval: v.optional(durationSchema, '10s'),
  timeout: v.optional(durationSchema, '2s'),
  failures: v.optional(
    v.pipe(
      v.number(),
      v.integer('a whole number'),
      v.minValue(1, '1 or more'),
      v.maxValue(1000, 'at most 1000'),
    ),
    3,
  ),
  grace: v.optional(durationSchema, '30s'),
};
const httpPathSchema = v.pipe(
  v.string(),
  v.maxLength(1024, 'at most 1024 characters'),
  v.regex(/^\/[\x21-\x7e]*$/, 'a path that starts with "/"'),
);

/** For loops that serve no port: the service touches a file in a directory that the agent mounts. */
const heartbeatSchema = strictObject({
  /** Where the container finds the directory. */
  target: absolutePathSchema,
  file: v.optional(
    v.pipe(
      v.string(),
      v.regex(
        /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/,
        'a file name of at most 64 letters, digits, ".", "-", "_"',
      ),
    ),
    'beat',
  ),
  /** The longest time between two touches. */
  max_age: v.optional(durationSchema, '30s'),
});

/**
 * A check made by the agent from outside, with no process started in the container. Exactly one of
 * `http`, `tcp` and `heartbeat`; `failures` in a row make it unhealthy, `grace` after the start forgives.
 */
export const probeSchema = strictObject({
  http: v.optional(strictObject({ port: portSchema, path: v.optional(httpPathSchema, '/') })),
  tcp: v.optional(strictObject({ port: portSchema })),
  heartbeat: v.optional(heartbeatSchema),
  ...probeTiming,
});
