import * as v from 'valibot';
import type { Status } from '../../protocol/status.ts';
import { printable, printableJson } from '../../protocol/text.ts';
import type { LocalStatus } from '../ports/local-api.ts';
import { findSocketPath } from './config-path.ts';
import type { CliContext } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { askAgent } from './local-client.ts';
import { localStatusSchema } from './local-status-schema.ts';
import { renderStatus } from './render/status.ts';
import { parseVerbArgs, type Verb } from './verb.ts';

export const statusVerb: Verb = {
  name: 'status',
  synopsis: '[--json] [--socket PATH] [--config FILE]',
  summary: 'show what runs here, and why not what was asked',
  options: [
    ['--json', "print the agent's answer as JSON"],
    ['--socket PATH', "the agent's socket (HOLDFAST_SOCKET, or as configured)"],
    ['--config FILE', 'the configuration that names the socket (HOLDFAST_CONFIG)'],
  ],

  async run(args, context) {
    const { values } = parseVerbArgs({
      args: [...args],
      options: { json: { type: 'boolean' }, socket: { type: 'string' }, config: { type: 'string' } },
    });
    const socketPath = findSocketPath({ socket: values.socket, config: values.config }, context.environment);
    const answer = await askAgent(socketPath, '/v1/status');
    if (answer.kind !== 'answer') return complain(context, answer);
    const parsed = v.safeParse(localStatusSchema, answer.body);
    if (!parsed.success) return complain(context, differentVersion(parsed.issues));
    context.out.write(values.json ? `${printableJson(answer.body, 2)}\n` : draw(parsed.output, context));
    return isAllWell(parsed.output) ? EXIT.good : EXIT.badNews;
  },
};

/** An engine that cannot be reached leaves the agent unable to vouch for anything, so it is bad news too. */
function isAllWell(status: LocalStatus): boolean {
  return status.engine.is_reachable && status.deployments.every(isSettledWell);
}

function isSettledWell({ phase, refused }: Status): boolean {
  return (phase === 'converged' || phase === 'removed') && refused === null;
}

function draw(status: LocalStatus, { out, now }: CliContext): string {
  return renderStatus(status, { now: now(), columns: out.columns, hasColour: out.hasColour });
}

function complain(context: CliContext, problem: { message: string; hint: string }): number {
  context.err.write(`${printable(problem.message)}\nHint: ${problem.hint}\n`);
  return EXIT.unreachable;
}

function differentVersion(issues: readonly v.BaseIssue<unknown>[]): { message: string; hint: string } {
  const at = issues[0] === undefined ? '' : ` (${v.getDotPath(issues[0])}: ${issues[0].message})`;
  return {
    message: `The agent's answer is not what this command understands${at}.`,
    hint: 'Agent and command may differ in version; restart the agent: systemctl restart holdfast',
  };
}
