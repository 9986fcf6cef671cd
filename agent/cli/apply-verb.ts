// A document from a stick. The command reads the file, and the agent takes the document.
import * as v from 'valibot';
import { EXIT } from '../../lib/program/exit-codes.ts';
import { apply } from '../../protocol/operations/apply.ts';
import { formatRequest } from '../../protocol/operations/route.ts';
import { printableJson } from '../../protocol/values/text.ts';
import { findSocketPath } from './config-path.ts';
import { askAgent } from './local-client.ts';
import { differentVersion, OPTIONS } from './operation-verb.ts';
import { FILE_OPTIONS, FILE_POSITIONALS, readDocument } from './read-document.ts';
import { renderApplied } from './render/apply.ts';
import type { Verb } from './verb.ts';

export const applyVerb: Verb = {
  name: apply.name,
  summary: apply.summary,
  positionals: FILE_POSITIONALS,
  options: [...FILE_OPTIONS, ...OPTIONS],

  async run(typed, context) {
    const { environment, out, signal } = context;
    const { socket, config } = typed.values;
    const socketPath = findSocketPath({ socket, config }, environment);
    const document = JSON.stringify(await readDocument(typed, context));
    const body = await askAgent({ socketPath, signal }, formatRequest(apply.askedBy.socket, { document }));
    const answer = v.safeParse(apply.answer, body);
    if (!answer.success) throw differentVersion(answer.issues);
    out.write(typed.flags.has('json') ? `${printableJson(body, 2)}\n` : renderApplied(answer.output));
    return EXIT.good;
  },
};
