// `holdfast.events/1`: batches of numbered events, in order. Not retained, delivered at least once.
import * as v from 'valibot';
import { countSchema, timestampSchema } from '../fields.ts';

export const EVENTS_SCHEMA = 'holdfast.events/1';

/** What an event can tell. `seq` and `at` are put on by the outbox. */
const eventSchema = v.looseObject({
  /** Rises per device for ever; a receiver drops what it has seen. */
  seq: countSchema,
  at: timestampSchema,
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
