// Tested in test/protocol/operations/operations.test.ts.
import * as v from 'valibot';
import { nameSchema } from '../values/names.ts';
import type { Operation } from './operation.ts';

/** The switch of an update that waits for its window, or for the clock, begins now. A program's hold still counts. */
export const switchNow = {
  name: 'switch',
  summary: 'let an update that waits for its window begin now',
  args: {
    deployment: {
      ...{ schema: nameSchema, expected: 'a name', called: 'deployment name' },
      placeholder: 'DEPLOYMENT',
    },
  },
  answer: v.object({ deployment: nameSchema }),
  askedBy: { broker: true, socket: { method: 'POST', path: '/v1/deployments/{deployment}/switch' } },
} as const satisfies Operation;
