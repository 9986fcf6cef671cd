import * as v from 'valibot';
import { CommandFailure } from '../../lib/program/command-failure.ts';
import { EXIT } from '../../lib/program/exit-codes.ts';
import { isSettledWell } from '../../lib/reports/standing.ts';
import { type LocalStatus, status } from '../../protocol/operations/status.ts';
import { printableJson } from '../../protocol/values/text.ts';
import { findSocketPath } from './config-path.ts';
import type { CliContext } from './context.ts';
import { askAgent } from './local-client.ts';
import { renderStatus } from './render/status.ts';
import { parseVerbArgs, type Verb } from './verb.ts';

export const statusVerb: Verb = {
  name: 'status',
  synopsis: '[--json] [--socket PATH] [--config FILE]',
  summary: 'show what runs here, and if it is not what was asked for, why',
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
    const body = await askAgent(socketPath, '/v1/status');
    const parsed = v.safeParse(status.answer, body);
    if (!parsed.success) throw differentVersion(parsed.issues);
    context.out.write(values.json ? `${printableJson(body, 2)}\n` : draw(parsed.output, context));
    return isAllWell(parsed.output) ? EXIT.good : EXIT.badNews;
  },
};

/**
 * An engine that cannot be reached leaves the agent unable to vouch for anything, and a broker that nobody has set is
 * none that comes back by itself: both are bad news.
 */
function isAllWell({ engine, broker, deployments }: LocalStatus): boolean {
  return engine.is_reachable && broker.trouble?.code !== 'not_configured' && deployments.every(isSettledWell);
}

function draw(status: LocalStatus, { out, now }: CliContext): string {
  return renderStatus(status, { now: now(), columns: out.columns, hasColour: out.hasColour });
}

function differentVersion(issues: readonly v.BaseIssue<unknown>[]): CommandFailure {
  const at = issues[0] === undefined ? '' : ` (${v.getDotPath(issues[0])}: ${issues[0].message})`;
  return new CommandFailure({
    code: 'other_version',
    exitCode: EXIT.unreachable,
    message: `The agent's answer is not what this command understands${at}.`,
    hint: 'Agent and command may differ in version; restart the agent: systemctl restart holdfast',
  });
}
