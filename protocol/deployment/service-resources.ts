// What a service may use of the device: limits, reservations, accelerators, kernel settings of its own.
// Tested in test/protocol/deployment/deployment.test.ts.
import * as v from 'valibot';
import { byteSizeSchema, shortTextSchema, stringsSchema } from '../fields.ts';
import { record, strictObject } from '../objects.ts';

/** Limits the kernel enforces. `cpus` counts cores (`"0.5"`), `memory` bytes (`"256M"`), `pids` processes. */
const limitsSchema = strictObject({
  cpus: v.optional(
    v.pipe(v.string(), v.regex(/^\d{1,4}(\.\d{1,9})?$/, 'a number of cores in quotes, such as "0.5"')),
  ),
  memory: v.optional(byteSizeSchema),
  pids: v.optional(
    v.pipe(
      v.number(),
      v.integer('a whole number'),
      v.minValue(1, '1 or more'),
      // The kernel's own limit (`PID_MAX_LIMIT`).
      v.maxValue(4_194_304, 'at most 4194304'),
    ),
  ),
});

const optionsSchema = record(
  v.pipe(
    v.string(),
    v.regex(/^(?!(?:__proto__|constructor|prototype)$)[^=\0]{1,128}$/, 'a name of at most 128 characters'),
  ),
  shortTextSchema,
);

/** How many, or which: with neither all that there are. */
const requestEntries = {
  driver: v.optional(shortTextSchema),
  count: v.optional(
    v.union([
      v.literal('all'),
      v.pipe(
        v.number(),
        v.integer('a whole number'),
        v.minValue(1, '1 or more'),
        v.maxValue(1024, 'at most 1024'),
      ),
    ]),
  ),
  device_ids: v.optional(v.pipe(stringsSchema, v.minLength(1, 'at least one id'))),
  options: v.optional(optionsSchema),
};

/** `gpus`: the capability `gpu` goes without saying. */
export const gpusSchema = v.pipe(
  v.array(strictObject({ ...requestEntries, capabilities: v.optional(stringsSchema) })),
  v.maxLength(64, 'at most 64 requests'),
);

const reservationsSchema = strictObject({
  /** What the kernel tries to leave the service when memory runs short. */
  memory: v.optional(byteSizeSchema),
  devices: v.optional(
    v.pipe(
      v.array(
        strictObject({
          ...requestEntries,
          capabilities: v.pipe(stringsSchema, v.minLength(1, 'at least one capability, such as "gpu"')),
        }),
      ),
      v.maxLength(64, 'at most 64 requests'),
    ),
  ),
});

export const deploySchema = strictObject({
  resources: v.optional(
    strictObject({ limits: v.optional(limitsSchema), reservations: v.optional(reservationsSchema) }),
  ),
});

const ulimitValueSchema = v.pipe(
  v.number(),
  v.integer('a whole number'),
  v.minValue(-1, '-1 (unlimited) or more'),
  v.maxValue(Number.MAX_SAFE_INTEGER, 'at most 2^53 - 1'),
);
export const ulimitsSchema = record(
  v.pipe(
    v.string(),
    v.regex(
      /^(?:core|cpu|data|fsize|locks|memlock|msgqueue|nice|nofile|nproc|rss|rtprio|rttime|sigpending|stack)$/,
      'a limit as in getrlimit(2), such as "nofile"',
    ),
  ),
  strictObject({ soft: ulimitValueSchema, hard: ulimitValueSchema }),
);

/** Only those that a container has of its own: any other would change the whole device. */
export const sysctlsSchema = record(
  v.pipe(
    v.string(),
    v.regex(
      /^(?:net\.[A-Za-z0-9_./-]{1,128}|fs\.mqueue\.[a-z_]{1,64}|kernel\.(?:msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced))$/,
      'a setting that a container has of its own: net.…, fs.mqueue.…, kernel.msg…, kernel.sem or kernel.shm…',
    ),
  ),
  v.pipe(v.string(), v.maxLength(256, 'at most 256 characters')),
);

/** A weight against the others, in force only where all want more than there is; 1024 where none is said. */
export const cpuSharesSchema = v.pipe(
  v.number(),
  v.integer('a whole number'),
  v.minValue(2, 'from 2 to 262144'),
  v.maxValue(262_144, 'from 2 to 262144'),
);

export const cpusetSchema = v.pipe(
  v.string(),
  v.maxLength(128, 'at most 128 characters'),
  v.regex(/^\d{1,4}(?:-\d{1,4})?(?:,\d{1,4}(?:-\d{1,4})?)*$/, 'CPUs such as "0-2,5"'),
);

export const oomScoreSchema = v.pipe(
  v.number(),
  v.integer('a whole number'),
  v.minValue(-1000, 'from -1000 to 1000'),
  v.maxValue(1000, 'from -1000 to 1000'),
);
