// `holdfastctl validate FILE`: everything that can be said of a file without a broker or a device.
import * as v from 'valibot';
import { EXIT, type ExitCode } from '../../../lib/program/exit-codes.ts';
import { DEPLOYMENT_SCHEMA } from '../../../protocol/deployment/deployment.ts';
import type { ReadyContent } from '../../document/json-document.ts';
import { planPublication } from '../../document/plan-publication.ts';
import { serialize } from '../../document/serialize.ts';
import { type Context, writeJson, writeLine, writeNote } from '../context/context.ts';
import { failureOf } from '../context/failure-of.ts';
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
  if (options.json) writeJson(context.stdout, toDocument(loaded.content));
  else writeLine(context.stdout, `${loaded.file} is valid: ${summarize(document)}, ${payload.bytes} bytes`);
  return EXIT.good;
}

/** What a deploy puts on is left out (a revision, a time, a roll-out's salt), so that it takes this as a `.json` file. */
function toDocument(content: ReadyContent): Record<string, unknown> {
  const { name, state = 'present', ...rest } = content;
  return { schema: DEPLOYMENT_SCHEMA, name, state, ...rest };
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
