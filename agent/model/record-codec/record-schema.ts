// The shape of a stored record: what `DeploymentRecord` says as a type, held against what was read. Types alone: a
// number that is odd is the business of whoever reads it.
// Tested in test/agent/model/record-codec/record-codec.test.ts.
import * as v from 'valibot';
import { record } from '../../../protocol/objects.ts';
import type { ReasonCode } from '../../../protocol/reports/reasons.ts';
import { ASKERS, PHASES } from '../../../protocol/reports/status.ts';
import type { HangPlace, LastWords, PythonFailure, TracebackCount } from '../last-words.ts';
import type { MemoryGrowth } from '../memory-growth.ts';
import type { MutableSettings } from '../observed.ts';
import type { Stage } from '../phases.ts';
import type { Reason } from '../reason.ts';
import type {
  Attempt,
  BarredContent,
  ClockWait,
  CompletedService,
  DeploymentRecord,
  FailedService,
  FailureRow,
  JoinedRuns,
  KeptVolumes,
  Outdated,
  Own,
  Pause,
  Repeat,
  ServiceFailure,
  ServiceHistory,
  Stranger,
} from '../record.ts';

/** Each field of the type, the optional ones too: one that is forgotten here does not compile. */
type Fields<T> = { readonly [K in keyof T]-?: v.GenericSchema<unknown, unknown> };

const text = v.string();
const texts = v.array(text);
/** Of another version of the agent it may be any. */
const code = v.custom<ReasonCode>((value) => typeof value === 'string');
const number = v.number();
const textByName = record(text, text);
const numberByName = record(text, number);

const reasonSchema = v.object({
  code,
  path: v.exactOptional(text),
  message: text,
  hint: v.exactOptional(text),
  log: v.exactOptional(texts),
} satisfies Fields<Reason>);

const revisionSchema = v.object({ revision: number, hash: text });

const attemptSchema = v.object({
  hash: text,
  revision: number,
  stage: v.enum({
    pulling: 'pulling',
    switching: 'switching',
    proving: 'proving',
    condemned: 'condemned',
    unproven: 'unproven',
  } satisfies { readonly [S in Stage]: S }),
  pulledAtMs: v.nullable(number),
  clockFromMs: v.nullable(number),
  stopsByMs: v.exactOptional(number),
  hasBegun: v.exactOptional(v.literal(true)),
  isSwitchAsked: v.exactOptional(v.literal(true)),
  resumes: number,
  brokenBefore: texts,
  refreshed: v.exactOptional(textByName),
  failures: numberByName,
  verdict: v.nullable(
    v.object({ reason: reasonSchema, service: v.nullable(text), container: v.nullable(text) }),
  ),
} satisfies Fields<Attempt>);

const rowSchema = v.object({
  spanMs: number,
  lastMs: number,
  longestRunMs: number,
  isOver: v.boolean(),
} satisfies Fields<FailureRow>);

const pythonSchema = v.object({
  type: text,
  message: text,
  file: v.nullable(text),
  line: v.nullable(number),
  function: v.nullable(text),
  culprit: v.exactOptional(v.object({ file: text, line: number })),
  fingerprint: text,
  traceback: text,
} satisfies Fields<PythonFailure>);

const place = { file: text, line: number, function: v.nullable(text) };

const hangSchema = v.object({
  ...place,
  thread: text,
  threads: number,
  innermost: v.exactOptional(v.object(place)),
  fingerprint: text,
  dump: text,
} satisfies Fields<HangPlace>);

const lastWordsSchema = v.object({
  log: texts,
  python: v.exactOptional(pythonSchema),
  hang: v.exactOptional(hangSchema),
} satisfies Fields<LastWords>);

const tracebackSchema = v.object({
  fingerprint: text,
  firstAt: text,
  count: number,
} satisfies Fields<TracebackCount>);

const memorySchema = v.object({
  limitBytes: number,
  samples: number,
  rise: v.exactOptional(v.object({ fromBytes: number, spanMs: number })),
} satisfies Fields<MemoryGrowth>);

const failureSchema = v.object({
  code,
  message: text,
  hint: v.exactOptional(text),
  exitCode: v.nullable(number),
  at: text,
  nextTryAt: text,
  memory: v.exactOptional(memorySchema),
  lastWords: v.exactOptional(lastWordsSchema),
} satisfies Fields<ServiceFailure>);

const settingsSchema = v.object({
  memoryBytes: number,
  nanoCpus: number,
  pids: number,
  restartPolicy: text,
} satisfies Fields<MutableSettings>);

const joinedSchema = v.object({
  run: v.nullable(text),
  hosts: textByName,
  seen: textByName,
} satisfies Fields<JoinedRuns>);

const historySchema = v.object({
  spec: text,
  restarts: number,
  failuresInRow: number,
  row: v.exactOptional(rowSchema),
  isDown: v.exactOptional(v.boolean()),
  delayMs: number,
  retryAtMs: v.nullable(number),
  watched: v.nullable(
    v.object({
      container: text,
      startedAt: v.nullable(text),
      engineRestarts: v.nullable(number),
      sinceMs: number,
    } satisfies Fields<NonNullable<ServiceHistory['watched']>>),
  ),
  lastFailure: v.nullable(failureSchema),
  tracebacks: v.exactOptional(v.array(tracebackSchema)),
  applied: v.nullable(
    v.object({
      container: text,
      asked: settingsSchema,
      shown: v.nullable(settingsSchema),
    } satisfies Fields<NonNullable<ServiceHistory['applied']>>),
  ),
  joined: v.exactOptional(joinedSchema),
} satisfies Fields<ServiceHistory>);

const failedSchema = v.object({ failure: failureSchema, times: number } satisfies Fields<FailedService>);

const barredSchema: v.GenericSchema<BarredContent> = v.object({
  content: text,
  reason: reasonSchema,
  failed: v.exactOptional(
    v.object({
      revision: number,
      at: text,
      services: v.exactOptional(record(text, failedSchema)),
    } satisfies Fields<NonNullable<BarredContent['failed']>>),
  ),
  retry: v.exactOptional(v.object({ tries: number, delayMs: number, atMs: number })),
} satisfies Fields<BarredContent>);

const completedSchema: v.GenericSchema<CompletedService> = v.object({
  service: text,
  spec: text,
  imageId: text,
} satisfies Fields<CompletedService>);

const strangerSchema = v.object({ id: text, name: text, service: text } satisfies Fields<Stranger>);

const ownSchema = v.object({
  known: texts,
  expected: v.array(v.object({ name: text, service: text, spec: text })),
  strangers: v.array(strangerSchema),
} satisfies Fields<Own>);

const repeatSchema = v.object({
  times: numberByName,
  retryAtMs: v.nullable(number),
  delayMs: number,
  shown: v.nullable(text),
} satisfies Fields<Repeat>);

const pauseSchema: v.GenericSchema<Pause> = v.object({
  forMs: number,
  leftMs: number,
  sinceMs: v.nullable(number),
  askedAt: text,
  until: v.nullable(text),
  reason: text,
  by: v.picklist(ASKERS),
} satisfies Fields<Pause>);

/** Fields that a second copy has too: see `kept-record.ts`. */
export const keptEntries = {
  proven: v.nullable(revisionSchema),
  previous: v.nullable(revisionSchema),
  barred: v.array(barredSchema),
  completed: v.exactOptional(v.array(completedSchema)),
  pause: v.exactOptional(pauseSchema),
};

export const recordSchema = v.object({
  phase: v.picklist(PHASES),
  reason: v.nullable(reasonSchema),
  ...keptEntries,
  attempt: v.nullable(attemptSchema),
  services: record(text, historySchema),
  blocked: v.nullable(reasonSchema),
  parked: texts,
  own: v.exactOptional(ownSchema),
  outdated: v.exactOptional(v.object({ hash: text, containers: texts } satisfies Fields<Outdated>)),
  repeats: v.exactOptional(record(text, repeatSchema)),
  clockWait: v.exactOptional(v.object({ waitedMs: number, sinceMs: number } satisfies Fields<ClockWait>)),
  shared: v.exactOptional(texts),
  kept: v.exactOptional(
    v.object({ hash: text, reasons: v.array(reasonSchema) } satisfies Fields<KeptVolumes>),
  ),
} satisfies Fields<DeploymentRecord>);
