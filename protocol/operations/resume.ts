// Tested in test/protocol/operations/operations.test.ts.
import * as v from 'valibot';
import { nameSchema } from '../values/names.ts';
import type { Operation } from './operation.ts';
import { deploymentOrAll } from './pause.ts';

const resumedSchema = v.object({
  /** Those that were paused, or were to be. */
  resumed: v.array(nameSchema),
});

export type Resumed = v.InferOutput<typeof resumedSchema>;

/** Ends a pause at once; what is not paused stays as it is. */
export const resume = {
  name: 'resume',
  summary: 'end a pause now; of one deployment, or of all',
  args: { deployment: deploymentOrAll },
  answer: resumedSchema,
  askedBy: { broker: true, socket: { method: 'POST', path: '/v1/resume' } },
} as const satisfies Operation;
