// `holdfast.status/1`: where one deployment stands on one device. Retained. A reader ignores fields that it
// does not know, so that a newer agent can tell more.
// Tested in test/protocol/reports/reports.test.ts.
import * as v from 'valibot';
import { countSchema, hashSchema, portSchema, revisionSchema, timestampSchema } from '../fields.ts';
import { record } from '../objects.ts';
import { nameSchema, serviceNameSchema } from '../values/names.ts';

export const STATUS_SCHEMA = 'holdfast.status/1';

/**
 * | phase | meaning |
 * |---|---|
 * | waiting | held; the reason says by what and until when |
 * | pulling | images are being fetched; `progress` has the bytes |
 * | switching | old containers make way for new ones |
 * | proving | the new ones run and must stay healthy for `healthy_after` |
 * | converged | what was asked runs and is healthy |
 * | degraded | was converged; a service fails now and is being repaired |
 * | rolled_back | the desired revision did not prove itself; the one before runs |
 * | failed | nothing good to run |
 * | removed | absent was asked, and nothing is left |
 */
export const PHASES = [
  'waiting',
  'pulling',
  'switching',
  'proving',
  'converged',
  'degraded',
  'rolled_back',
  'failed',
  'removed',
] as const;
export type Phase = (typeof PHASES)[number];

/** Phases in which the device will do nothing more by itself for this revision. */
export const SETTLED_PHASES: ReadonlySet<Phase> = new Set(['converged', 'rolled_back', 'failed', 'removed']);

const revisionRefSchema = v.object({ revision: revisionSchema, hash: hashSchema });

export const reasonSchema = v.object({
  /** A stable word for programs, e.g. `image_not_found`. */
  code: v.string(),
  /** What it concerns, e.g. `services.detector`. */
  path: v.optional(v.string()),
  message: v.string(),
  /** What an operator can do about it. */
  hint: v.optional(v.string()),
  /** The last lines that the failing service wrote, oldest first. */
  log: v.optional(v.array(v.string())),
});

export const refusalSchema = v.object({
  revision: v.nullable(v.number()),
  code: v.string(),
  path: v.string(),
  message: v.string(),
  at: timestampSchema,
});

const serviceLimitsSchema = v.object({
  memory_bytes: v.nullable(v.number()),
  cpus: v.nullable(v.number()),
  pids: v.nullable(v.number()),
  /** Limits that were asked for and that the kernel does not enforce. */
  not_enforced: v.array(v.picklist(['memory', 'cpus', 'pids'])),
});

/** A port of the host that leads to one of the container's. */
const boundPortSchema = v.object({
  target: portSchema,
  protocol: v.picklist(['tcp', 'udp']),
  /** `null`: all addresses of the host. */
  host_ip: v.nullable(v.string()),
  published: portSchema,
});

const progressSchema = v.object({
  /** Bytes fetched so far, and all bytes announced so far: the total rises as layers become known. */
  current_bytes: countSchema,
  total_bytes: countSchema,
});

/** An exception that nobody caught, as its traceback tells it. */
const pythonFailureSchema = v.object({
  /** With its module, e.g. `json.decoder.JSONDecodeError`; `Fatal Python error` where the interpreter itself gave up. */
  type: v.string(),
  /** Its first line. */
  message: v.string(),
  /** The innermost frame; `null` where the output tells none. */
  file: v.nullable(v.string()),
  line: v.nullable(v.number()),
  function: v.nullable(v.string()),
  /** The innermost frame that is not in a library, where that is another. */
  culprit: v.optional(v.object({ file: v.string(), line: v.number() })),
  /** The same for the same failure at other lines, numbers and addresses. */
  fingerprint: v.string(),
  /** The end of it, where it is long. */
  traceback: v.string(),
});

/** How its use grew until the kernel ended it. */
export const memoryGrowthSchema = v.object({
  limit_bytes: countSchema,
  /** How often its use was read in that run. */
  samples: countSchema,
  /** From where it last rose to the limit, and in what time; left out where too few samples tell. */
  from_bytes: v.optional(countSchema),
  span_ms: v.optional(countSchema),
});

const placeSchema = v.object({ file: v.string(), line: v.number(), function: v.nullable(v.string()) });

/** Where a Python program hangs: the thread that keeps it, and its innermost line that is not in a library. */
const hangSchema = v.object({
  /** `main thread`, `a thread` or, of asyncio, `a task`. */
  thread: v.string(),
  /** How many threads have answered, of all processes. */
  threads: countSchema,
  ...placeSchema.entries,
  /** The innermost frame, where that is in a library. */
  innermost: v.optional(placeSchema),
  /** The same for the same hang at other lines. */
  fingerprint: v.string(),
  /** The stacks of all threads, that one's first; the begin of them, where they are long. */
  dump: v.string(),
});

/** All together at most 4 KiB of JSON, without secrets. */
const lastFailureSchema = v.object({
  code: v.string(),
  message: v.string(),
  at: timestampSchema,
  exit_code: v.optional(v.nullable(v.number())),
  /** Back-off is never final: when the next try comes. */
  next_try_at: v.optional(timestampSchema),
  /** The signal that ended it, in words. */
  signal: v.optional(v.string()),
  memory: v.optional(memoryGrowthSchema),
  python: v.optional(pythonFailureSchema),
  /** Of a service that gave no answer, and was asked for its threads before it was ended. */
  hang: v.optional(hangSchema),
  /** When a failure with that fingerprint came first to this container, and how often it was read. */
  first_at: v.optional(timestampSchema),
  count: v.optional(countSchema),
  /** The last lines that it wrote before, oldest first. */
  log: v.optional(v.array(v.string())),
});

/** As the last failure of a service, and how often it failed in that update. */
export const updateFailureSchema = v.object({ ...lastFailureSchema.entries, failures: countSchema });

const serviceStatusSchema = v.object({
  state: v.picklist(['missing', 'created', 'running', 'restarting', 'paused', 'exited', 'dead']),
  health: v.picklist(['starting', 'healthy', 'unhealthy', 'unknown']),
  image: v.string(),
  digest: v.nullable(v.string()),
  container: v.nullable(v.string()),
  /** What PID 1 is: the engine's init process, one that the image or service brings, or a program that is none. */
  init: v.optional(v.nullable(v.picklist(['engine', 'image', 'none']))),
  /** Ports of the host that lead to it now: the engine's choices first, and 64 at most. */
  ports: v.optional(v.array(boundPortSchema)),
  restarts: countSchema,
  started_at: v.nullable(v.string()),
  exit_code: v.nullable(v.number()),
  oom_killed: v.boolean(),
  limits: v.nullable(serviceLimitsSchema),
  progress: v.nullable(progressSchema),
  last_failure: v.nullable(lastFailureSchema),
});

/** Who asked for a pause: somebody on the device, or somebody of the fleet. */
export const ASKERS = ['device', 'fleet'] as const;

const pauseSchema = v.object({
  /** By the device's clock as it is; `null`: it begins when what is under way has ended. */
  until: v.nullable(timestampSchema),
  reason: v.string(),
  by: v.picklist(ASKERS),
  asked_at: timestampSchema,
});

export const statusSchema = v.object({
  schema: v.literal(STATUS_SCHEMA),
  deployment: nameSchema,
  /** Whose document is followed: `device`, or the group's name as `groups/NAME`. */
  source: v.string(),
  /** `local`: that document was applied from a file on the device. Left out: it came from the fleet. */
  origin: v.optional(v.literal('local')),
  desired: v.nullable(revisionRefSchema),
  running: v.nullable(revisionRefSchema),
  phase: v.picklist(PHASES),
  /** When that phase began. */
  since: v.optional(timestampSchema),
  reason: v.nullable(reasonSchema),
  refused: v.nullable(refusalSchema),
  /** The content of `desired` failed on this device before, and is not tried: when, and under which revision. */
  barred: v.optional(
    v.object({
      revision: revisionSchema,
      at: timestampSchema,
      /** How its services failed: up to 8, those that failed most often. */
      services: v.optional(record(serviceNameSchema, updateFailureSchema)),
    }),
  ),
  /** While nothing is done for it, as somebody has asked. */
  pause: v.optional(pauseSchema),
  services: record(serviceNameSchema, serviceStatusSchema),
  seq: countSchema,
  at: timestampSchema,
  /** Something was left out, services that are well first, to keep within the size of a retained payload. */
  shortened: v.optional(v.boolean()),
});

export type Status = v.InferOutput<typeof statusSchema>;
export type ServiceStatus = v.InferOutput<typeof serviceStatusSchema>;
export type LastFailure = v.InferOutput<typeof lastFailureSchema>;
export type MemoryGrowth = v.InferOutput<typeof memoryGrowthSchema>;
export type UpdateFailure = v.InferOutput<typeof updateFailureSchema>;
export type Reason = v.InferOutput<typeof reasonSchema>;
export type PauseStatus = v.InferOutput<typeof pauseSchema>;
export type Refusal = v.InferOutput<typeof refusalSchema>;
export type Progress = v.InferOutput<typeof progressSchema>;
export type BoundPort = v.InferOutput<typeof boundPortSchema>;
export type RevisionRef = v.InferOutput<typeof revisionRefSchema>;
export type ServiceLimits = v.InferOutput<typeof serviceLimitsSchema>;
