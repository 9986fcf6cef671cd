import { ConfigError } from '../config/config-error.ts';
import { LocalSocketError } from '../local/errors.ts';
import { StoreFull } from '../ports/store.ts';
import { StoreUnusable } from '../store/store-errors.ts';
import { defaultConfigPath } from './config-path.ts';
import type { CliContext } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { parseVerbArgs, type Verb } from './verb.ts';

export const agentVerb: Verb = {
  name: 'agent',
  synopsis: '[--config FILE]',
  summary: 'run the agent in the foreground, as the service does',
  options: [['--config FILE', 'its configuration (/etc/holdfast/holdfast.toml)']],

  async run(args, context) {
    const { values } = parseVerbArgs({ args: [...args], options: { config: { type: 'string' } } });
    // Loaded here and not above: the other verbs stay small and quick without the engine and the broker.
    const { runAgent } = await import('../main.ts');
    const configPath = values.config ?? defaultConfigPath(context.environment);
    try {
      return await runAgent({ configPath, signal: context.signal });
    } catch (error) {
      return explain(error, context);
    }
  },
};

/** What an operator can put right is told without a stack. */
function explain(error: unknown, { err }: CliContext): number {
  if (error instanceof ConfigError) {
    err.write(`${error.message}\n`);
    return EXIT.usage;
  }
  if (error instanceof LocalSocketError) {
    err.write(`${error.message}\nHint: ${error.hint}\n`);
    return EXIT.badNews;
  }
  if (error instanceof StoreUnusable || error instanceof StoreFull) {
    err.write(`${error.message}\nHint: ${error.hint}\n`);
    return EXIT.badNews;
  }
  throw error;
}
