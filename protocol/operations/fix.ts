// Tested in test/agent/operations/fix.test.ts.
import * as v from 'valibot';
import { MAX_FINDING_TEXT } from '../reports/finding.ts';
import type { Operation } from './operation.ts';

/** What was done about a finding, or would be. */
const fixedSchema = v.object({
  id: v.string(),
  title: v.string(),
  /** What the agent does, as a phrase. */
  action: v.string(),
  /** Whether it was begun; else it was only asked what would be done. */
  is_begun: v.boolean(),
});

export type Fixed = v.InferOutput<typeof fixedSchema>;

/** Does what mends a finding, where the agent can; without `yes` it says what that would be. */
export const fix = {
  name: 'fix',
  summary: 'say what would mend a finding, and with --yes do it',
  args: {
    id: {
      schema: v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_FINDING_TEXT)),
      ...{ expected: 'the id of a finding', called: 'id of a finding', placeholder: 'ID' },
    },
    yes: {
      schema: v.optional(v.boolean()),
      ...{ expected: 'true or false', called: 'answer', placeholder: '', option: 'do it', isFlag: true },
    },
  },
  answer: fixedSchema,
  askedBy: { broker: false, socket: { method: 'POST', path: '/v1/fix' } },
} as const satisfies Operation;
