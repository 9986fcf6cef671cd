// Where the configuration is, and what the other verbs want of it: the path of the agent's socket.
import { readFileSync } from 'node:fs';
import { parse } from 'smol-toml';
import type { CliEnvironment } from './context.ts';
import { UsageError } from './failure.ts';

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
    throw new UsageError(`Cannot read ${options.config}: ${error instanceof Error ? error.message : error}`);
  }
}

function readSocketPath(configPath: string): string | null {
  const { local } = parse(readFileSync(configPath, 'utf8'));
  const isTable = typeof local === 'object' && 'socket' in local;
  return isTable && typeof local.socket === 'string' ? local.socket : null;
}
