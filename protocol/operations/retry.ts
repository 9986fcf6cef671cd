// Tested in test/protocol/operations/operations.test.ts.
import * as v from 'valibot';
import { nameSchema } from '../values/names.ts';
import type { Operation } from './operation.ts';
import { deploymentTargetSchema } from './target.ts';

/** Begins at once to try again what is barred or held back of one deployment; its status tells how it goes. */
export const retry = {
  name: 'retry',
  summary: 'try a failed or rolled back deployment again, now',
  args: {
    deployment: {
      // A service stands for its deployment: `DEPLOYMENT/SERVICE`.
      ...{ schema: deploymentTargetSchema, expected: 'a name', called: 'deployment name' },
      placeholder: 'DEPLOYMENT',
    },
  },
  answer: v.object({ deployment: nameSchema }),
  askedBy: { broker: true, socket: { method: 'POST', path: '/v1/deployments/{deployment}/retry' } },
} as const satisfies Operation;
