// Tested in test/protocol/operations/operations.test.ts.
import * as v from 'valibot';
import { countSchema, timestampSchema } from '../fields.ts';
import { findingSchema } from '../reports/finding.ts';
import type { Operation } from './operation.ts';

/** `DEPLOYMENT`, `SERVICE` or `DEPLOYMENT/SERVICE`: which of them exist is for the agent to say. */
const targetSchema = v.pipe(v.string(), v.regex(/^[a-zA-Z0-9][\w.-]{0,127}(?:\/[a-zA-Z0-9][\w.-]{0,127})?$/));

const findingsSchema = v.object({
  /** The causes, the worst first. */
  findings: v.array(findingSchema),
  /** What follows from them: each stands in the `cause_of` of one. */
  folded: v.array(findingSchema),
  /** How much is looked after, removed deployments aside. */
  deployments: countSchema,
  services: countSchema,
  at: timestampSchema,
});

export type Findings = v.InferOutput<typeof findingsSchema>;

/** What is not as it should be, from its cause to what mends it. */
export const why = {
  name: 'why',
  summary: 'say what is wrong, since when, what it comes from and what mends it',
  args: {
    target: {
      ...{ schema: v.optional(targetSchema), expected: 'a name', called: 'name of a deployment or service' },
      placeholder: 'NAME',
    },
  },
  answer: findingsSchema,
  askedBy: { broker: true, socket: { method: 'GET', path: '/v1/findings' } },
} as const satisfies Operation;
