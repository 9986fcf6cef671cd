// Tested in test/protocol/operations/operations.test.ts.
import * as v from 'valibot';
import { nameSchema, serviceNameSchema } from '../values/names.ts';
import type { Operation } from './operation.ts';
import { targetArgument } from './target.ts';

const restartedSchema = v.object({
  deployment: nameSchema,
  /** `null`: all of its services. */
  service: v.nullable(serviceNameSchema),
});

export type Restarted = v.InferOutput<typeof restartedSchema>;

/** Restarts a service, or all services of a deployment, now; the stop grace of each counts. */
export const restart = {
  name: 'restart',
  summary: 'restart a service, or all services of a deployment, now',
  args: { target: targetArgument },
  answer: restartedSchema,
  askedBy: { broker: true, socket: { method: 'POST', path: '/v1/restart' } },
} as const satisfies Operation;
