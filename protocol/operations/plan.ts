// Tested in test/protocol/operations/operations.test.ts.
import * as v from 'valibot';
import { countSchema, timestampSchema } from '../fields.ts';
import { reasonSchema } from '../reports/status.ts';
import { documentArgument } from './document-argument.ts';
import type { Operation } from './operation.ts';

const downtimeSchema = v.object({
  /** What all stops in it may take at most, by the grace of what is stopped; the start comes on top. */
  stop_up_to_ms: countSchema,
  /** How long the stop and the start took together when the device last did both; `null` where it does not remember. */
  last_ms: v.nullable(countSchema),
  last_at: v.nullable(timestampSchema),
  /** The same in words, with where each figure comes from. */
  text: v.string(),
});

const serviceSchema = v.object({
  service: v.string(),
  /** `replace`: a new container, and the old one goes. `update`: limits or networks of the living one change. */
  action: v.picklist(['create', 'replace', 'update', 'start', 'restart', 'keep', 'remove']),
  reason: v.string(),
  /** That it will run; `null` for one that goes. */
  image: v.nullable(v.string()),
  /** `null`: it runs on, or did not run before. */
  downtime: v.nullable(downtimeSchema),
});

const imageSchema = v.object({
  reference: v.string(),
  /** What the registry has to send; `null` where it is not known, and `note` says why. */
  bytes: v.nullable(countSchema),
  /** Layers that the image has, and those of them that are not here. */
  layers: v.nullable(v.object({ total: countSchema, missing: countSchema })),
  note: v.nullable(v.string()),
});

const planSchema = v.object({
  deployment: v.string(),
  /** By whose topic it would come: `device`, or `groups/NAME`. */
  source: v.string(),
  /** Of the document; `null` where it could not be read. */
  revision: v.nullable(v.number()),
  /** The revision that runs now, as far as one has proven itself. */
  running: v.nullable(v.number()),
  /**
   * `nothing`: all is as it asks. `change`: it would be done now. `blocked`: not now, or not at all, and `blocked_by` says
   * why. `not_followed`: accepted, and another document counts. `refused`: not accepted.
   */
  verdict: v.picklist(['nothing', 'change', 'blocked', 'not_followed', 'refused']),
  /** Why it would not be accepted. */
  refused: v.nullable(v.object({ code: v.string(), path: v.string(), message: v.string() })),
  /** What it would wait for, or fail for. */
  blocked_by: v.array(reasonSchema),
  /** In the order of the document, then what goes. */
  services: v.array(serviceSchema),
  /** Networks, volumes and folders that would be made or removed: `networks.default`. */
  resources: v.array(v.object({ path: v.string(), action: v.picklist(['create', 'remove']) })),
  /** What would be fetched; `bytes` is `null` where it is not known of each image. */
  fetch: v.object({ bytes: v.nullable(countSchema), images: v.array(imageSchema) }),
  /** Of the engine; `null` where the device does not know it. */
  disk: v.nullable(
    v.object({
      path: v.string(),
      free_bytes: v.number(),
      /** By the agent's own estimate of what images take; `null` where the bytes to fetch are not known. */
      free_after_bytes: v.nullable(v.number()),
      /** What no pull may eat into. */
      reserve_bytes: countSchema,
    }),
  ),
  /** What else there is to know, for people. */
  notes: v.array(v.string()),
  at: timestampSchema,
});

export type PlanAnswer = v.InferOutput<typeof planSchema>;

const sourceSchema = v.pipe(v.string(), v.regex(/^(?:device|groups\/[a-z0-9][a-z0-9-]{0,62})$/));

/** What would be done with a document, by the same planner that would do it. Changes nothing. */
export const plan = {
  name: 'plan',
  summary: 'say what would be done with a document, and do nothing',
  args: {
    document: documentArgument,
    to: {
      schema: v.optional(sourceSchema),
      ...{ expected: 'device, or groups/NAME', called: 'addressee', placeholder: 'device|groups/NAME' },
      option: 'as if published there; for this device alone unless told',
    },
  },
  answer: planSchema,
  askedBy: { broker: true, socket: { method: 'POST', path: '/v1/plan' } },
} as const satisfies Operation;
