// Where the configuration is, and what the other verbs want of it: the path of the agent's socket.
// Tested in test/agent/cli/operation-verb.test.ts.
import { UsageError } from '../../lib/program/command-failure.ts';
import { ConfigError } from '../config/config-error.ts';
import { readToml } from '../config/read-toml.ts';
import type { CliEnvironment } from '../environment.ts';

const DEFAULT_CONFIG = '/etc/holdfast/holdfast.toml';
const DEFAULT_SOCKET = '/run/holdfast/api.sock';

export function defaultConfigPath(environment: CliEnvironment): string {
  return environment.configPath ?? DEFAULT_CONFIG;
}

export interface SocketOptions {
  /** `--socket`. */
  readonly socket: string | undefined;
  /** `--config`. */
  readonly config: string | undefined;
}

/**
 * The agent's socket: `--socket`, else HOLDFAST_SOCKET, else as configured, else the default.
 * A configuration that was not asked for by name and cannot be read is passed over: a technician need not
 * be allowed to read it, and a faulty one is the agent's to complain about. Throws `UsageError`.
 */
export function findSocketPath(options: SocketOptions, environment: CliEnvironment): string {
  const named = options.socket ?? (options.config === undefined ? environment.socketPath : null);
  if (named !== null) return named;
  try {
    return readSocketPath(options.config ?? defaultConfigPath(environment)) ?? DEFAULT_SOCKET;
  } catch (error) {
    if (options.config === undefined) return DEFAULT_SOCKET;
    if (!(error instanceof ConfigError)) throw error;
    // Below it is what to do where the service finds none.
    const [fault = ''] = error.message.split('\n');
    throw new UsageError(fault);
  }
}

function readSocketPath(configPath: string): string | null {
  const config = readToml(configPath);
  const local = typeof config === 'object' && config !== null && 'local' in config ? config.local : null;
  const socket = typeof local === 'object' && local !== null && 'socket' in local ? local.socket : null;
  return typeof socket === 'string' ? socket : null;
}
