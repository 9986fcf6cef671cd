// A verb whose answer comes bit by bit: each item is printed as it comes, and none is kept.
import * as v from 'valibot';
import type { View } from '../../lib/answers/view.ts';
import { EXIT } from '../../lib/program/exit-codes.ts';
import { NOBODY_READS } from '../../lib/program/output-errors.ts';
import type { AnswerOf } from '../../protocol/operations/operation.ts';
import { formatRequest } from '../../protocol/operations/route.ts';
import { printableJson } from '../../protocol/values/text.ts';
import { complain } from './complain.ts';
import { defaultConfigPath, findSocketPath } from './config-path.ts';
import { describeArguments, readArguments } from './operation-args.ts';
import { differentVersion, type LocalOperation, OPTIONS } from './operation-verb.ts';
import { streamFromAgent } from './stream-client.ts';
import type { Option, Typed, Verb } from './verb.ts';
import { isAgentAway } from './without-agent.ts';

/** How one item is shown to people: whole lines. */
export type RenderItem<T> = (item: T, view: View) => string;

const JSON_LINES: Option = { name: 'json', summary: 'print one JSON object a line' };

/** What is shown where no agent answers: it may be nothing. */
export type ItemsWithoutAgent<T> = (typed: Typed, configPath: string) => Promise<readonly T[]>;

export function streamVerb<O extends LocalOperation & { readonly isStream: true }>(
  operation: O,
  render: RenderItem<AnswerOf<O>>,
  withoutAgent: ItemsWithoutAgent<AnswerOf<O>> = async () => [],
): Verb {
  const { positionals, options } = describeArguments(operation);
  const general = OPTIONS.map((option) => (option.name === JSON_LINES.name ? JSON_LINES : option));
  return {
    name: operation.name,
    summary: operation.summary,
    positionals,
    options: [...options, ...general],

    async run(typed, context) {
      const { environment, out, now, signal } = context;
      const question = formatRequest(operation.askedBy.socket, readArguments(operation, typed));
      const { socket, config } = typed.values;
      const socketPath = findSocketPath({ socket, config }, environment);
      const show = (item: unknown): void => {
        const answer = v.safeParse(operation.answer, item);
        if (!answer.success) throw differentVersion(answer.issues);
        const view = { now: now(), columns: out.columns, hasColour: out.hasColour };
        out.write(typed.flags.has('json') ? `${printableJson(item)}\n` : render(answer.output, view));
      };
      try {
        for await (const item of streamFromAgent({ socketPath, question, signal })) show(item);
      } catch (error) {
        if (!isAgentAway(error)) throw error;
        const known = await withoutAgent(typed, config ?? defaultConfigPath(environment));
        if (known.length === 0) throw error;
        complain(context.err, error);
        for (const item of known) show(item);
        return error.exitCode;
      }
      return signal.aborted && signal.reason !== NOBODY_READS ? EXIT.interrupted : EXIT.good;
    },
  };
}
