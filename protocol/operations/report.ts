// Tested in test/protocol/operations/operations.test.ts.
import * as v from 'valibot';
import type { Operation } from './operation.ts';

/** All statuses and the device state are written to their topics again. */
export const report = {
  name: 'report',
  summary: 'send every status and the device state again',
  args: {},
  answer: v.null(),
  askedBy: { broker: true, socket: null },
} as const satisfies Operation;
