// Tested in test/protocol/operations/operations.test.ts.
import * as v from 'valibot';
import { timestampSchema } from '../fields.ts';
import type { Operation } from './operation.ts';
import { flagSchema, STREAM_ARGS } from './stream-args.ts';
import { serviceArgument } from './target.ts';

const logItemSchema = v.object({
  /** `agent`: what it says of the lines that follow, or why there are none. */
  stream: v.picklist(['stdout', 'stderr', 'agent']),
  at: v.nullable(timestampSchema),
  /** One line, secrets masked, cut to 4,000 characters; as the program wrote it, control characters too. */
  text: v.string(),
});

export type LogItem = v.InferOutput<typeof logItemSchema>;

/** What a service wrote, the oldest line first, from its container's log. */
export const logs = {
  name: 'logs',
  summary: 'show what a service wrote; with --previous, before its last start',
  args: {
    service: serviceArgument,
    ...STREAM_ARGS,
    previous: {
      schema: v.optional(flagSchema),
      ...{ expected: 'true or false', called: 'flag', placeholder: '', isFlag: true },
      option: 'of the container or run before',
    },
  },
  answer: logItemSchema,
  isStream: true,
  askedBy: { broker: true, socket: { method: 'GET', path: '/v1/logs' } },
} as const satisfies Operation;
