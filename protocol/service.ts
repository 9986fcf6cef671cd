// One service of a deployment: Compose's long forms and names, with `probe` as ours.
// Source: the Compose specification, compose-spec.json.
import * as v from 'valibot';
import {
  absolutePathSchema,
  byteSizeSchema,
  countSchema,
  durationSchema,
  portSchema,
  textSchema,
} from './fields.ts';
import { nameSchema, serviceNameSchema } from './names.ts';
import { record, strictObject } from './objects.ts';

const stringsSchema = v.pipe(v.array(textSchema), v.maxLength(256, 'at most 256 items'));
const variablesSchema = record(
  v.pipe(
    v.string(),
    v.regex(
      /^(?!(?:__proto__|constructor|prototype)$)[^=\0]{1,256}$/,
      'a variable name of at most 256 characters, without "=", and no reserved word such as "constructor"',
    ),
  ),
  v.pipe(v.string(), v.maxLength(32_768, 'at most 32768 characters')),
);

/** Limits the kernel enforces. `cpus` counts cores (`"0.5"`), `memory` bytes (`"256M"`), `pids` processes. */
const limitsSchema = strictObject({
  cpus: v.optional(
    v.pipe(v.string(), v.regex(/^\d{1,4}(\.\d{1,3})?$/, 'a number of cores in quotes, such as "0.5"')),
  ),
  memory: v.optional(byteSizeSchema),
  pids: v.optional(v.pipe(v.number(), v.integer('a whole number'), v.minValue(1, '1 or more'))),
});

const dependencySchema = strictObject({
  condition: v.picklist(['service_started', 'service_healthy', 'service_completed_successfully']),
});

const publishedPortSchema = strictObject({
  target: portSchema,
  /** The host's port, in quotes as Compose has it. */
  published: v.pipe(v.string(), v.regex(/^[1-9]\d{0,4}$/, 'a port in quotes, such as "8080"')),
  host_ip: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-fA-F.:]{2,45}$/, 'an IP address'))),
  protocol: v.optional(v.picklist(['tcp', 'udp']), 'tcp'),
});

const mountSchema = v.variant('type', [
  strictObject({
    type: v.literal('volume'),
    source: nameSchema,
    target: absolutePathSchema,
    read_only: v.optional(v.boolean()),
  }),
  strictObject({
    type: v.literal('bind'),
    source: absolutePathSchema,
    target: absolutePathSchema,
    read_only: v.optional(v.boolean()),
  }),
  strictObject({ type: v.literal('tmpfs'), target: absolutePathSchema }),
]);

const healthcheckSchema = strictObject({
  /** `["CMD", …]`, `["CMD-SHELL", "…"]` or `["NONE"]`. */
  test: v.pipe(stringsSchema, v.minLength(1, 'CMD, CMD-SHELL or NONE first')),
  interval: v.optional(durationSchema),
  timeout: v.optional(durationSchema),
  retries: v.optional(countSchema),
  start_period: v.optional(durationSchema),
});

const probeTiming = {
  interval: v.optional(durationSchema, '10s'),
  timeout: v.optional(durationSchema, '2s'),
  failures: v.optional(v.pipe(v.number(), v.integer('a whole number'), v.minValue(1, '1 or more')), 3),
  grace: v.optional(durationSchema, '30s'),
};
const httpPathSchema = v.pipe(
  v.string(),
  v.maxLength(1024, 'at most 1024 characters'),
  v.regex(/^\/[\x21-\x7e]*$/, 'a path that starts with "/"'),
);

/**
 * A check made by the agent from outside, with no process started in the container. Exactly one of
 * `http` and `tcp`; `failures` in a row make it unhealthy, `grace` after the start forgives.
 */
const probeSchema = strictObject({
  http: v.optional(strictObject({ port: portSchema, path: v.optional(httpPathSchema, '/') })),
  tcp: v.optional(strictObject({ port: portSchema })),
  ...probeTiming,
});

export const serviceSchema = strictObject({
  image: v.pipe(v.string(), v.minLength(1, 'an image reference'), v.maxLength(512, 'at most 512 characters')),
  command: v.optional(stringsSchema),
  entrypoint: v.optional(stringsSchema),
  environment: v.optional(variablesSchema),
  working_dir: v.optional(absolutePathSchema),
  user: v.optional(
    v.pipe(
      v.string(),
      v.regex(
        /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,31})?$/,
        'a user such as "1000:1000"',
      ),
    ),
  ),
  hostname: v.optional(
    v.pipe(v.string(), v.regex(/^[A-Za-z0-9]([A-Za-z0-9.-]{0,61}[A-Za-z0-9])?$/, 'a host name')),
  ),
  deploy: v.optional(
    strictObject({ resources: v.optional(strictObject({ limits: v.optional(limitsSchema) })) }),
  ),
  restart: v.optional(
    v.pipe(
      v.string(),
      v.regex(
        /^(no|always|unless-stopped|on-failure(:[1-9]\d{0,3})?)$/,
        '"no", "always", "unless-stopped" or "on-failure"',
      ),
    ),
  ),
  stop_signal: v.optional(
    v.pipe(v.string(), v.regex(/^(SIG)?[A-Z0-9+-]{2,12}$/, 'a signal such as "SIGTERM"')),
  ),
  stop_grace_period: v.optional(durationSchema),
  depends_on: v.optional(record(serviceNameSchema, dependencySchema)),
  ports: v.optional(v.pipe(v.array(publishedPortSchema), v.maxLength(256, 'at most 256 ports'))),
  volumes: v.optional(v.pipe(v.array(mountSchema), v.maxLength(64, 'at most 64 mounts'))),
  networks: v.optional(record(nameSchema, strictObject({ aliases: v.optional(v.array(serviceNameSchema)) }))),
  healthcheck: v.optional(healthcheckSchema),
  probe: v.optional(probeSchema),
});

/** A service as validated, with the defaults of `probe` and `ports` filled in. */
export type Service = v.InferOutput<typeof serviceSchema>;
export type Probe = v.InferOutput<typeof probeSchema>;
export type Mount = v.InferOutput<typeof mountSchema>;
export type PublishedPort = v.InferOutput<typeof publishedPortSchema>;
export type DependencyCondition = v.InferOutput<typeof dependencySchema>['condition'];
