// `holdfastctl validate FILE`: everything that can be said of a file without a broker or a device.
import * as v from 'valibot';
import { documentOf } from '../../../lib/document/document-of.ts';
import { failureOf } from '../../../lib/document/failure-of.ts';
import { serialize } from '../../../lib/document/serialize.ts';
import { EXIT, type ExitCode } from '../../../lib/program/exit-codes.ts';
import { planPublication } from '../../document/plan-publication.ts';
import { type Context, writeJson, writeLine, writeNote } from '../context/context.ts';
import { type Files, loadAsked } from './load-asked.ts';
import { commonSchema, fileSchema } from './options.ts';

export const validateSchema = v.object({
  ...commonSchema.entries,
  ...fileSchema.entries,
});

/** Checks files; with `--json`, writes the document. */
export function validate(
  files: Files,
  options: v.InferOutput<typeof validateSchema>,
  context: Context,
): ExitCode {
  const loaded = loadAsked(files, options, context);
  const plan = planPublication({
    ...{ content: loaded.content, retained: null, taken: [] },
    issuedAt: context.now(),
  });
  if (!plan.ok) throw failureOf(plan.failure);
  const { value, document } = plan.publication;
  const serialized = serialize(value);
  if (!serialized.ok) throw failureOf(serialized.failure);
  const { payload } = serialized;
  if (payload.warning !== null) writeNote(context, payload.warning);
  if (options.json) writeJson(context.stdout, documentOf(loaded.content));
  else writeLine(context.stdout, `${loaded.file} is valid: ${summarize(document)}, ${payload.bytes} bytes`);
  return EXIT.good;
}

function summarize(document: {
  name: string;
  state: string;
  services?: Readonly<Record<string, unknown>>;
}): string {
  const services = Object.keys(document.services ?? {});
  if (document.state === 'absent') return `the removal of "${document.name}"`;
  if (document.state === 'inherit') return `the end of a device's own "${document.name}"`;
  const noun = services.length === 1 ? 'service' : 'services';
  return `"${document.name}" with ${noun} ${services.join(', ')}`;
}
