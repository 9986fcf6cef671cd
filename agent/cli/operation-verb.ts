// A verb that asks the running agent for an operation: all but how its answer is shown comes from the protocol's table.
import * as v from 'valibot';
import type { View } from '../../lib/answers/view.ts';
import { CommandFailure } from '../../lib/program/command-failure.ts';
import { EXIT } from '../../lib/program/exit-codes.ts';
import type { AnswerOf, Operation, Route } from '../../protocol/operations/operation.ts';
import { formatRequest } from '../../protocol/operations/route.ts';
import type { WithoutAgent } from '../../protocol/operations/without-agent.ts';
import { printableJson } from '../../protocol/values/text.ts';
import { defaultConfigPath, findSocketPath } from './config-path.ts';
import type { CliOutput } from './context.ts';
import { askAgent } from './local-client.ts';
import { describeArguments, readArguments } from './operation-args.ts';
import type { Option, Verb } from './verb.ts';
import { type Look, watch } from './watch.ts';
import { askOrLook, PATIENCE_MS, showWithoutAgent } from './without-agent.ts';

/** An operation that can be asked for at the local socket. */
export type LocalOperation = Operation & { readonly askedBy: { readonly socket: Route } };

/** How an answer is shown to people. */
export interface Rendering<T> {
  /** The whole text, ending in a line break. */
  readonly text: (answer: T, view: View) => string;
  /** Whether it is good news: else the exit code is 1. Left out: every answer is. */
  readonly isGood?: (answer: T) => boolean;
  /** Whether it is worth asking again and again (`--watch`). */
  readonly canWatch?: true;
  /** How what others know is shown where no agent answers. Left out: it is not asked for. */
  readonly withoutAgent?: (known: WithoutAgent, view: View) => string;
}

/** What every verb that asks the agent has. */
export const OPTIONS: readonly Option[] = [
  { name: 'json', summary: "print the agent's answer as JSON" },
  { name: 'socket', value: 'PATH', summary: "the agent's socket (HOLDFAST_SOCKET, or as configured)" },
  { name: 'config', value: 'FILE', summary: 'the configuration that names the socket (HOLDFAST_CONFIG)' },
];
const WATCH: Option = {
  name: 'watch',
  summary: 'show it again and again until Ctrl-C; the agent may come and go',
};

export function operationVerb<O extends LocalOperation>(
  operation: O,
  { text, isGood = () => true, canWatch, withoutAgent }: Rendering<AnswerOf<O>>,
): Verb {
  const { positionals, options } = describeArguments(operation);
  return {
    name: operation.name,
    summary: operation.summary,
    positionals,
    options: [...options, ...(canWatch ? [WATCH] : []), ...OPTIONS],

    async run(typed, context) {
      const { environment, out, now, signal } = context;
      const args = readArguments(operation, typed);
      const { socket, config } = typed.values;
      const isJson = typed.flags.has('json');
      const socketPath = findSocketPath({ socket, config }, environment);
      const look = async (timeoutMs?: number): Promise<Look> => {
        const asking = { socketPath, signal, timeoutMs };
        const body = await askAgent(asking, formatRequest(operation.askedBy.socket, args));
        const answer = v.safeParse(operation.answer, body);
        if (!answer.success) throw differentVersion(answer.issues);
        const view = { now: now(), columns: out.columns, hasColour: out.hasColour };
        const exitCode = isGood(answer.output) ? EXIT.good : EXIT.badNews;
        return { body, text: text(answer.output, view), exitCode };
      };
      if (typed.flags.has(WATCH.name)) return await watch(() => look(), { out, isJson, signal });
      if (withoutAgent === undefined) return show(await look(), out, isJson);
      const configPath = config ?? defaultConfigPath(environment);
      const answer = await askOrLook(
        () => look(PATIENCE_MS),
        // Loaded here and not above: an agent that answers is shown without the engine and the store.
        async () => (await import('../bystander/look.ts')).lookWithoutAgent(configPath),
      );
      if (answer.ok) return show(answer.value, out, isJson);
      const isItsConfig = config !== undefined || (socket === undefined && environment.socketPath === null);
      return showWithoutAgent(answer, { context, isJson, configPath, isItsConfig, text: withoutAgent });
    },
  };
}

function show({ body, text, exitCode }: Look, out: CliOutput, isJson: boolean): number {
  out.write(isJson ? `${printableJson(body, 2)}\n` : text);
  return exitCode;
}

export function differentVersion(issues: readonly v.BaseIssue<unknown>[]): CommandFailure {
  const at = issues[0] === undefined ? '' : ` (${v.getDotPath(issues[0])}: ${issues[0].message})`;
  return new CommandFailure({
    code: 'other_version',
    exitCode: EXIT.unreachable,
    message: `The agent's answer is not what this command understands${at}.`,
    hint: 'Agent and command may differ in version; restart the agent: systemctl restart holdfast',
  });
}
