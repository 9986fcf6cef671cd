import { UsageError } from '../../lib/program/command-failure.ts';
import { EXIT } from '../../lib/program/exit-codes.ts';
import { NAME_PATTERN } from '../../protocol/values/names.ts';
import { printableJson } from '../../protocol/values/text.ts';
import { findSocketPath } from './config-path.ts';
import { askAgent } from './local-client.ts';
import { parseVerbArgs, type Verb } from './verb.ts';

export const retryVerb: Verb = {
  name: 'retry',
  synopsis: 'DEPLOYMENT [--json] [--socket PATH] [--config FILE]',
  summary: 'try a failed or rolled back deployment again, now',
  options: [
    ['--json', "print the agent's answer as JSON"],
    ['--socket PATH', "the agent's socket (HOLDFAST_SOCKET, or as configured)"],
    ['--config FILE', 'the configuration that names the socket (HOLDFAST_CONFIG)'],
  ],

  async run(args, context) {
    const { values, positionals } = parseVerbArgs({
      args: [...args],
      allowPositionals: true,
      options: { json: { type: 'boolean' }, socket: { type: 'string' }, config: { type: 'string' } },
    });
    const [deployment, ...rest] = positionals;
    if (deployment === undefined || rest.length > 0) throw new UsageError('Name one deployment.');
    if (!NAME_PATTERN.test(deployment)) throw new UsageError(`"${deployment}" is no deployment name.`);
    const socketPath = findSocketPath({ socket: values.socket, config: values.config }, context.environment);
    const body = await askAgent(socketPath, `/v1/deployments/${deployment}/retry`, 'POST');
    context.out.write(
      values.json
        ? `${printableJson(body, 2)}\n`
        : `${deployment} is tried again; holdfast status shows how it goes.\n`,
    );
    return EXIT.good;
  },
};
