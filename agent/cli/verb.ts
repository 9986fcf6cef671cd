// What a verb of `holdfast` is; the table of all of them is in verbs.ts. What is typed and the help for it come from
// the same rows.
// Tested in test/agent/cli/run.test.ts.
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { systemErrorCode } from '../../lib/failures/system-error.ts';
import { UsageError } from '../../lib/program/command-failure.ts';
import type { CliContext } from './context.ts';

export interface Option {
  /** Without its dashes. */
  readonly name: string;
  /** A letter that stands for it behind one dash. */
  readonly short?: string | undefined;
  /** What stands for its value in the usage line, e.g. `PATH`; left out: it has none. */
  readonly value?: string | undefined;
  /** It cannot be left out. */
  readonly isNeeded?: boolean | undefined;
  /** What it does, in one line. */
  readonly summary: string;
}

export interface Verb {
  readonly name: string;
  /** One line for the list of verbs. */
  readonly summary: string;
  /** What is typed without dashes, as the usage line has it, e.g. `DEPLOYMENT`; with brackets: may be left out. */
  readonly positionals: readonly string[];
  readonly options: readonly Option[];
  /** Carries it out and returns the exit code. Throws `CommandFailure`. */
  run(typed: Typed, context: CliContext): Promise<number>;
}

/** What was typed behind a verb, by its own table. */
export interface Typed {
  readonly positionals: readonly string[];
  /** Values of options; those that have none are not in it. */
  readonly values: Readonly<Record<string, string | undefined>>;
  /** Options with no value, where they were typed. */
  readonly flags: ReadonlySet<string>;
}

/** Reads what was typed. Throws `UsageError` for an option that the verb has not, and where it has no positionals. */
export function readTyped({ positionals, options }: Verb, args: readonly string[]): Typed {
  const rows = options.map(({ name, value, short }) => [
    name,
    { type: value === undefined ? 'boolean' : 'string', ...(short === undefined ? {} : { short }) },
  ]);
  const config: ParseArgsOptionsConfig = Object.fromEntries(rows);
  const allowPositionals = positionals.length > 0;
  const parsed = complaining(() => parseArgs({ args: [...args], options: config, allowPositionals }));
  const values: Record<string, string> = {};
  const flags = new Set<string>();
  for (const [name, value] of Object.entries(parsed.values)) {
    if (typeof value === 'string') values[name] = value;
    else flags.add(name);
  }
  return { positionals: parsed.positionals, values, flags };
}

/** `parseArgs`, with its complaints as `UsageError`. */
function complaining<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof TypeError && systemErrorCode(error)?.startsWith('ERR_PARSE_ARGS_') === true) {
      throw new UsageError(error.message.replace(/\. To specify a positional.*$/s, '.'));
    }
    throw error;
  }
}
