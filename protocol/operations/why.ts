// Tested in test/protocol/operations/operations.test.ts.
import * as v from 'valibot';
import { countSchema, timestampSchema } from '../fields.ts';
import { findingSchema } from '../reports/finding.ts';
import type { Operation } from './operation.ts';
import { targetArgument, targetSchema } from './target.ts';

export const findingsSchema = v.object({
  /** The causes, the worst first. */
  findings: v.array(findingSchema),
  /** What follows from them: each stands in the `cause_of` of one. */
  folded: v.array(findingSchema),
  /** How much of what was asked about is looked after, removed deployments aside. */
  deployments: countSchema,
  services: countSchema,
  /** Deployments of these that are on their way: `NAME: PHASE`. */
  under_way: v.optional(v.array(v.string()), []),
  at: timestampSchema,
});

export type Findings = v.InferOutput<typeof findingsSchema>;

/** What is not as it should be, from its cause to what mends it. */
export const why = {
  name: 'why',
  summary: 'say what is wrong, since when, what it comes from and what mends it',
  args: {
    target: { ...targetArgument, schema: v.optional(targetSchema) },
  },
  answer: findingsSchema,
  askedBy: { broker: true, socket: { method: 'GET', path: '/v1/findings' } },
} as const satisfies Operation;
