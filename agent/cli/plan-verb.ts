// `holdfast plan FILE`: the file is read here, and the agent says what it would do with it.
import * as v from 'valibot';
import { isPlanGood, renderPlan } from '../../lib/answers/plan.ts';
import { EXIT } from '../../lib/program/exit-codes.ts';
import { OPERATIONS } from '../../protocol/operations/operations.ts';
import { formatRequest } from '../../protocol/operations/route.ts';
import { printableJson } from '../../protocol/values/text.ts';
import { findSocketPath } from './config-path.ts';
import { askAgent } from './local-client.ts';
import { describeArguments, readArguments } from './operation-args.ts';
import { differentVersion, OPTIONS } from './operation-verb.ts';
import { FILE_OPTIONS, FILE_POSITIONALS, readDocument } from './read-document.ts';
import type { Verb } from './verb.ts';

const { plan } = OPERATIONS;

export const planVerb: Verb = {
  name: plan.name,
  summary: plan.summary,
  positionals: FILE_POSITIONALS,
  options: [...FILE_OPTIONS, ...describeArguments(plan).options, ...OPTIONS],

  async run(typed, context) {
    const { environment, out, now, signal } = context;
    const { to } = typed.values;
    const document = JSON.stringify(await readDocument(typed, context));
    const args = readArguments(WITHOUT_FILE, { ...typed, positionals: [], values: { to } });
    const { socket, config } = typed.values;
    const socketPath = findSocketPath({ socket, config }, environment);
    const question = formatRequest(plan.askedBy.socket, { document, ...args });
    const body = await askAgent({ socketPath, signal }, question);
    const answer = v.safeParse(plan.answer, body);
    if (!answer.success) throw differentVersion(answer.issues);
    const view = { now: now(), columns: out.columns, hasColour: out.hasColour };
    out.write(typed.flags.has('json') ? `${printableJson(body, 2)}\n` : renderPlan(answer.output, view));
    // As a file that `validate` refuses.
    if (answer.output.verdict === 'refused') return EXIT.usage;
    return isPlanGood(answer.output) ? EXIT.good : EXIT.badNews;
  },
};

/** What is typed besides the file. */
const WITHOUT_FILE = { ...plan, args: { to: plan.args.to } };
