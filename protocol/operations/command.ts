// `holdfast.command/1` and `holdfast.reply/1`: a question to one device, and its answer.
// Tested in test/agent/doors/mqtt/command-intake.test.ts.
import * as v from 'valibot';
import { countSchema } from '../fields.ts';
import { record, strictObject } from '../objects.ts';
import { COMMAND_ID_PATTERN } from '../values/names.ts';
import { COMMAND_VERBS } from './operations.ts';

export const COMMAND_SCHEMA = 'holdfast.command/1';
export const REPLY_SCHEMA = 'holdfast.reply/1';

const idSchema = v.pipe(
  v.string(),
  v.regex(COMMAND_ID_PATTERN, 'an id of 1 to 63 letters, digits, "_" or "-"'),
);

export const commandSchema = strictObject({
  schema: v.literal(COMMAND_SCHEMA),
  id: idSchema,
  verb: v.picklist(COMMAND_VERBS),
  args: v.optional(record(v.string(), v.unknown()), {}),
});

export const replySchema = v.object({
  schema: v.literal(REPLY_SCHEMA),
  id: idSchema,
  status: v.picklist(['accepted', 'succeeded', 'failed', 'refused']),
  code: v.optional(v.string()),
  message: v.optional(v.string()),
  /** What was asked for. Of an answer that comes in parts: a list of its items. */
  answer: v.optional(v.unknown()),
  /** Which part of the answer this is, from 0. The last one is the reply; those before it say `accepted`. */
  part: v.optional(v.object({ index: countSchema, is_last: v.boolean() })),
});

export type Command = v.InferOutput<typeof commandSchema>;
export type Reply = v.InferOutput<typeof replySchema>;
