// Tested in test/agent/cli/run.test.ts.
import { CommandFailure } from '../../lib/program/command-failure.ts';
import { EXIT } from '../../lib/program/exit-codes.ts';
import { ConfigError } from '../config/config-error.ts';
import { LocalSocketError } from '../doors/socket/errors.ts';
import { StoreBlocked } from '../ports/store.ts';
import { StoreUnusable } from '../store/store-errors.ts';
import { defaultConfigPath } from './config-path.ts';
import type { Verb } from './verb.ts';

export const agentVerb: Verb = {
  name: 'agent',
  summary: 'run the agent in the foreground, as the service does',
  positionals: [],
  options: [{ name: 'config', value: 'FILE', summary: 'its configuration (/etc/holdfast/holdfast.toml)' }],

  async run({ values }, context) {
    // Loaded here and not above: the other verbs stay small and quick without the engine and the broker.
    const { runAgent } = await import('../main.ts');
    const configPath = values.config ?? defaultConfigPath(context.environment);
    try {
      return await runAgent({ configPath, signal: context.signal });
    } catch (error) {
      throw explain(error);
    }
  },
};

/** What an operator can put right is told without a stack. */
function explain(error: unknown): unknown {
  if (error instanceof ConfigError)
    return new CommandFailure({ code: 'config', exitCode: EXIT.usage, message: error.message });
  if (error instanceof LocalSocketError || error instanceof StoreUnusable || error instanceof StoreBlocked) {
    const { message, hint } = error;
    const code = 'code' in error ? error.code : 'store_unusable';
    return new CommandFailure({ code, exitCode: EXIT.badNews, message, hint });
  }
  return error;
}
