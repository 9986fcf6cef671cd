// `holdfastctl deploy FILE --to …`: a file becomes the next revision of a deployment.
import * as v from 'valibot';
import type { ExitCode } from '../../../lib/program/exit-codes.ts';
import type { Context } from '../context/context.ts';
import { type Files, loadAsked } from './load-asked.ts';
import { fileSchema, publishSchema, readAddressees, readPercent, readRevision } from './options.ts';
import { publish } from './publish.ts';

export const deploySchema = v.object({
  ...publishSchema.entries,
  ...fileSchema.entries,
  percent: v.optional(v.string()),
});

export async function deploy(
  files: Files,
  options: v.InferOutput<typeof deploySchema>,
  context: Context,
): Promise<ExitCode> {
  const to = readAddressees(options.to);
  const revision = readRevision(options.revision);
  const percent = readPercent(options.percent);
  const loaded = loadAsked(files, options, context);
  return publish({ to, content: loaded.content, revision, percent, mustExist: false, options }, context);
}
