// How a command ends when it does not end well: one sentence, mostly a hint, an exit code.
import { EXIT, type ExitCode } from './exit-codes.ts';

interface FailureDetails {
  /** A stable word for programs, e.g. `broker_unreachable`. */
  readonly code: string;
  readonly exitCode: ExitCode;
  readonly message: string;
  /** What whoever typed the command can do about it. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
  /** More for `--json`, e.g. the faults of a file. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/** Ends the command. Thrown anywhere in a command line, caught once, in its `run.ts`. */
export class CommandFailure extends Error {
  readonly code: string;
  readonly exitCode: ExitCode;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor({ code, exitCode, message, hint, cause, details = {} }: FailureDetails) {
    super(message, { cause });
    this.name = 'CommandFailure';
    this.code = code;
    this.exitCode = exitCode;
    this.hint = hint;
    this.details = details;
  }
}

/** The command was typed wrongly; the message says how. */
export class UsageError extends CommandFailure {
  constructor(message: string, hint?: string) {
    super({ code: 'usage', exitCode: EXIT.usage, message, hint });
    this.name = 'UsageError';
  }
}

/** What `--json` writes of a failure. */
export function failureJson({ code, message, hint, details }: CommandFailure): object {
  return { error: { code, message, hint, ...details } };
}
