// Tested in test/protocol/operations/operations.test.ts.
import { eventSchema } from '../reports/events.ts';
import type { Operation } from './operation.ts';
import { STREAM_ARGS } from './stream-args.ts';

/** What the device remembers of what happened, the oldest first; samples are not among it. */
export const events = {
  name: 'events',
  summary: 'tell what happened here: failures, restarts, updates, and why',
  args: STREAM_ARGS,
  answer: eventSchema,
  isStream: true,
  askedBy: { broker: true, socket: { method: 'GET', path: '/v1/events' } },
} as const satisfies Operation;
