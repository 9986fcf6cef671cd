// A document from a stick, with its images. The command reads the file and loads the images; the agent takes the document.
import * as v from 'valibot';
import { EXIT } from '../../lib/program/exit-codes.ts';
import { apply } from '../../protocol/operations/apply.ts';
import { retry } from '../../protocol/operations/retry.ts';
import { formatRequest } from '../../protocol/operations/route.ts';
import { printableJson } from '../../protocol/values/text.ts';
import { findSocketPath } from './config-path.ts';
import { IMAGES_OPTION, loadImages } from './load-images.ts';
import { askAgent } from './local-client.ts';
import { differentVersion, OPTIONS } from './operation-verb.ts';
import { FILE_OPTIONS, FILE_POSITIONALS, readDocument } from './read-document.ts';
import { renderApplied } from './render/apply.ts';
import type { Verb } from './verb.ts';

export const applyVerb: Verb = {
  name: apply.name,
  summary: apply.summary,
  positionals: FILE_POSITIONALS,
  options: [...FILE_OPTIONS, IMAGES_OPTION, ...OPTIONS],

  async run(typed, context) {
    const { environment, out, signal } = context;
    const { socket, config } = typed.values;
    const socketPath = findSocketPath({ socket, config }, environment);
    const asking = { socketPath, signal };
    const document = await readDocument(typed, context);
    const loaded = await loadImages(document, typed, context);
    const sent = { document: JSON.stringify(document) };
    const body = await askAgent(asking, formatRequest(apply.askedBy.socket, sent));
    const answer = v.safeParse(apply.answer, body);
    if (!answer.success) throw differentVersion(answer.issues);
    const applied = { ...answer.output, loaded };
    // It may have been waiting for them, with a document that it has already.
    if (loaded.length > 0 && !applied.is_new)
      await askAgent(asking, formatRequest(retry.askedBy.socket, { deployment: applied.deployment }));
    out.write(typed.flags.has('json') ? `${printableJson(applied, 2)}\n` : renderApplied(applied));
    return EXIT.good;
  },
};
