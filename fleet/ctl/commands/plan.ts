// `holdfastctl plan DEVICE FILE…`: the files are read here, and the device says what it would do with them.
import * as v from 'valibot';
import { documentOf } from '../../../lib/document/document-of.ts';
import type { ExitCode } from '../../../lib/program/exit-codes.ts';
import { ANSWERS } from '../ask/answers.ts';
import type { Context } from '../context/context.ts';
import { ask, askSchema } from './ask.ts';
import { type Files, loadAsked } from './load-asked.ts';
import { fileSchema } from './options.ts';

export const planSchema = v.object({
  ...askSchema.entries,
  ...fileSchema.entries,
  to: v.optional(v.string()),
});

interface Planned {
  /** As typed. */
  readonly device: string;
  readonly files: Files;
}

export function plan(
  { device, files }: Planned,
  options: v.InferOutput<typeof planSchema>,
  context: Context,
): Promise<ExitCode> {
  const { content } = loadAsked(files, options, context);
  const typed = { positionals: [], options: { to: options.to } };
  const given = { document: JSON.stringify(documentOf(content)) };
  return ask({ row: ANSWERS.plan, device, typed, given }, options, context);
}
