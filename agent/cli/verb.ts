// What a verb of `holdfast` is; the table of all of them is in verbs.ts.
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { systemErrorCode } from '../../lib/failures/system-error.ts';
import { UsageError } from '../../lib/program/command-failure.ts';
import type { CliContext } from './context.ts';

export interface Verb {
  readonly name: string;
  /** What follows the name in the usage line, e.g. `[--json]`. */
  readonly synopsis: string;
  /** One line for the list of verbs. */
  readonly summary: string;
  /** Each option as it is typed, and what it does. */
  readonly options: readonly (readonly [string, string])[];
  /** Carries it out and returns the exit code. Throws `CommandFailure`. */
  run(args: readonly string[], context: CliContext): Promise<number>;
}

/** `parseArgs`, with its complaints as `UsageError`. */
export function parseVerbArgs<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    if (error instanceof TypeError && systemErrorCode(error)?.startsWith('ERR_PARSE_ARGS_') === true) {
      throw new UsageError(error.message.replace(/\. To specify a positional.*$/s, '.'));
    }
    throw error;
  }
}
