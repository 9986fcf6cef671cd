// `holdfast.events/1`: batches of numbered events, in order. Not retained, delivered at least once.
// Tested in test/protocol/reports/reports.test.ts.
import * as v from 'valibot';
import { countSchema, hashSchema, revisionSchema, timestampSchema } from '../fields.ts';
import { record } from '../objects.ts';
import { nameSchema, serviceNameSchema } from '../values/names.ts';
import { ASKERS, memoryGrowthSchema, PHASES, reasonSchema, updateFailureSchema } from './status.ts';

export const EVENTS_SCHEMA = 'holdfast.events/1';

/** Steps whose success is an event. Those on a container name its service. */
export const STEP_EVENTS = [
  'create_network',
  'create_volume',
  'create_container',
  'start_container',
  'unpause_container',
  'stop_container',
  'join_network',
  'restart_container',
  'update_container',
  'remove_container',
  'remove_network',
  'leave_network',
  'remove_volume',
  'remove_folder',
] as const;

export type StepEventKind = (typeof STEP_EVENTS)[number];

const text = v.string();
const renamed = { from: text, to: text };
/** `local`: it came from a file on the device. Left out: from the fleet. */
const origin = v.optional(v.literal('local'));
const step = { deployment: text, service: v.optional(text) };
const percent = v.nullable(v.number());
/** Of a service. A share of 100 is one processor; `null` where there is nothing to compare with. */
export const usageSchema = v.object({ cpu_percent: percent, memory_bytes: v.number() });

/** What each kind of event tells, but for steps that succeeded. */
export const EVENT_FIELDS = {
  agent_started: { version: text, boot_id: text },
  device_renamed: renamed,
  topic_prefix_changed: renamed,
  host_name_changed: { host_name: text, device: text },
  store_recovered: {
    code: v.picklist(['damaged', 'newer', 'missing']),
    message: text,
    /** The old file's name now. */
    set_aside: v.optional(text),
    deployments: v.array(text),
  },
  document_accepted: {
    ...{ deployment: text, source: text, revision: revisionSchema, hash: hashSchema },
    origin,
  },
  document_refused: {
    origin,
    source: text,
    code: text,
    message: text,
    /** Left out where the topic names none. */
    deployment: v.optional(text),
    revision: v.optional(v.nullable(v.number())),
    path: v.optional(text),
  },
  document_cleared: { deployment: text, source: text, message: text },
  /** The agent began what mends a finding, as somebody on the device asked it to. */
  fix_applied: { id: text, action: text },
  /** Somebody asked for it; left out: all services of the deployment. */
  restart_asked: { deployment: text, service: v.optional(text) },
  /** Somebody asked for it, or it has begun; `until` is `null` while what is under way ends first. */
  paused: {
    deployment: text,
    until: v.nullable(timestampSchema),
    reason: text,
    by: v.picklist(ASKERS),
  },
  /** By itself, or as somebody asked for it. */
  resumed: { deployment: text },
  /** Somebody asked that its update waits no longer for its window, or for the clock. */
  switch_asked: { deployment: text },
  clock_jumped: { by_ms: v.number() },
  phase: {
    deployment: text,
    phase: v.picklist(PHASES),
    revision: v.nullable(revisionSchema),
    reason: v.nullable(reasonSchema),
  },
  /** An update did not prove itself and is taken back; `services` as in a status's `barred`. */
  update_failed: {
    deployment: text,
    revision: revisionSchema,
    code: text,
    path: v.optional(text),
    message: text,
    services: record(serviceNameSchema, updateFailureSchema),
  },
  service_failed: {
    ...{ deployment: text, service: text, code: text, message: text },
    /** Of one that the kernel ended for its memory. */
    memory: v.optional(memoryGrowthSchema),
  },
  foreign_container: { deployment: text, service: text, container: text, name: text },
  image_removed: { reference: text, bytes: v.nullable(countSchema) },
  step_failed: { ...step, step: text, code: text, message: text },
  sample: {
    cpu_percent: percent,
    memory_available_bytes: v.number(),
    disk_available_bytes: v.number(),
    temperature_celsius: v.nullable(v.number()),
    /** By deployment and service. */
    services: v.optional(record(nameSchema, record(serviceNameSchema, usageSchema))),
  },
} as const satisfies Record<string, v.ObjectEntries>;

type FieldsOf<E extends v.ObjectEntries> = v.InferOutput<v.ObjectSchema<E, undefined>>;
type StepEvent = { readonly type: StepEventKind } & FieldsOf<typeof step>;
type OtherEvent = {
  [K in keyof typeof EVENT_FIELDS]: { readonly type: K } & FieldsOf<(typeof EVENT_FIELDS)[K]>;
}[keyof typeof EVENT_FIELDS];

/** What a service uses at a time. */
export type ServiceUsage = v.InferOutput<typeof usageSchema>;

/** An event of a kind that this version tells, before the outbox puts `seq` and `at` on it. */
export type NewEvent = StepEvent | OtherEvent;
export type EventKind = NewEvent['type'];
export type EventOf<K extends EventKind> = Extract<NewEvent, { readonly type: K }>;

/** What the outbox puts on an event. `seq` rises per device for ever; a receiver drops what it has seen. */
const numbered = { seq: countSchema, at: timestampSchema };

/** An event of a kind that this version knows, with all its fields. A newer agent may tell other kinds. */
export const knownEventSchema = v.union([
  v.object({ ...numbered, type: v.picklist(STEP_EVENTS), ...step }),
  ...Object.entries(EVENT_FIELDS).map(([type, fields]) =>
    v.object({ ...numbered, type: v.literal(type), ...fields }),
  ),
]);

/** Any event, also of a kind that only a newer agent knows. */
export const eventSchema = v.looseObject({
  ...numbered,
  type: v.string(),
  deployment: v.optional(v.string()),
  service: v.optional(v.string()),
});

export const eventsSchema = v.object({
  schema: v.literal(EVENTS_SCHEMA),
  boot_id: v.string(),
  events: v.array(eventSchema),
  /** Events that were dropped for want of space, both ends included. */
  lost: v.optional(v.object({ from: countSchema, to: countSchema })),
});

export type Event = v.InferOutput<typeof eventSchema>;
export type EventBatch = v.InferOutput<typeof eventsSchema>;

/** An event as one of a kind that this version knows; `null` where it is none, or lacks a field. */
export function readKnown(event: Event): NewEvent | null {
  // Sound: the schema is made of the same rows as the type.
  return v.is(knownEventSchema, event) ? (event as unknown as NewEvent) : null;
}
