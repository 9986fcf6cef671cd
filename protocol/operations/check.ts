// Tested in test/protocol/operations/operations.test.ts.
import * as v from 'valibot';
import type { Operation } from './operation.ts';
import { findingsSchema } from './why.ts';

const checkedSchema = v.object({
  /** What was looked at, e.g. `disk`. */
  name: v.string(),
  /** `unknown`: it could not be looked at, or gave no answer in time. */
  result: v.picklist(['ok', 'warning', 'error', 'unknown']),
  /** What was seen, with figures. */
  text: v.string(),
});

const checksSchema = v.object({
  /** In the order of the table, also what is well. */
  checks: v.array(checkedSchema),
  /** As `why` tells them. */
  ...findingsSchema.entries,
});

export type CheckAnswer = v.InferOutput<typeof checksSchema>;

/** Looks at all that a device stands on, for two seconds at most, and tells the findings too. */
export const check = {
  name: 'check',
  summary: 'look at all that the device stands on: files, disks, engine, clock, broker, registries',
  args: {},
  answer: checksSchema,
  askedBy: { broker: true, socket: { method: 'GET', path: '/v1/check' } },
} as const satisfies Operation;
