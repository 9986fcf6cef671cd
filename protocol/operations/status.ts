// What a device tells its technician of itself. Both sides hold it to this schema: agent and command may differ in
// version during an upgrade.
// Tested in test/protocol/operations/operations.test.ts.
import * as v from 'valibot';
import { record } from '../objects.ts';
import { usageSchema } from '../reports/events.ts';
import { briefFindingSchema } from '../reports/finding.ts';
import { statusSchema } from '../reports/status.ts';
import { nameSchema, serviceNameSchema } from '../values/names.ts';
import type { Operation } from './operation.ts';

const brokerSchema = v.object({
  is_connected: v.boolean(),
  /** MQTT version in use, once connected. */
  protocol: v.nullable(v.picklist(['5', '3.1.1'])),
  /** When that changed last, ISO 8601. */
  since: v.string(),
  /** Why it is not connected. */
  trouble: v.nullable(
    v.object({
      code: v.picklist([
        'unreachable',
        'refused_credentials',
        'not_authorized',
        'tls',
        'session_taken',
        'no_answer',
        'closed',
        'not_configured',
      ]),
      message: v.string(),
    }),
  ),
  /** Topics and filters that the broker's rules keep from this device. */
  denied: v.optional(v.pipe(v.array(v.string()), v.readonly()), []),
  /** For people; without credentials. */
  url: v.string(),
});

const amountSchema = v.object({ total_bytes: v.number(), available_bytes: v.number() });

const hostSchema = v.object({
  /** Whether the clock follows a time server; `null` where the host does not tell. */
  clock_synchronised: v.nullable(v.boolean()),
  /** Of all processors together; `null` where the host does not tell. */
  cpu_percent: v.nullable(v.number()),
  memory: amountSchema,
  /** That `data_dir` is on. */
  disk: amountSchema,
  temperature_celsius: v.nullable(v.number()),
});

const localStatusSchema = v.object({
  device: v.string(),
  /** The host's name, where it is another than the id that the device keeps with none configured; else `null`. */
  host_name: v.nullable(v.string()),
  groups: v.pipe(v.array(v.string()), v.readonly()),
  agent_version: v.string(),
  /** When the agent's process started, ISO 8601. */
  started_at: v.string(),
  broker: brokerSchema,
  engine: v.object({
    is_reachable: v.boolean(),
    message: v.nullable(v.string()),
    /** What to do about an engine that does not answer. */
    hint: v.optional(v.nullable(v.string()), null),
  }),
  /** Reports that wait for the broker. */
  outbox: v.object({ events: v.number(), statuses: v.number() }),
  /** The device itself now. An older agent does not tell. */
  host: v.optional(hostSchema),
  deployments: v.array(statusSchema),
  /** What each running service uses now, by deployment and service; those that the host can tell of. */
  usage: v.optional(record(nameSchema, record(serviceNameSchema, usageSchema))),
  /** What is not as it should be, the worst first; `why` tells more. An older agent does not tell. */
  findings: v.optional(v.array(briefFindingSchema)),
});

/** The answer of `GET /v1/status`, and of `holdfast status --json`. */
export type LocalStatus = v.InferOutput<typeof localStatusSchema>;

/** The device, and where each of its deployments stands. */
export const status = {
  name: 'status',
  summary: 'show what runs here, and if it is not what was asked for, why',
  args: {},
  answer: localStatusSchema,
  askedBy: { broker: false, socket: { method: 'GET', path: '/v1/status' } },
} as const satisfies Operation;
