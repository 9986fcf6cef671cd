// How a command ends when it does not end well: one sentence, a hint, an exit code.

/** Exit codes of both commands; programs rely on them (docs/deploying.md). */
export const EXIT = {
  good: 0,
  badNews: 1,
  usage: 2,
  unreachable: 3,
  timedOut: 4,
  /** 128 + SIGINT, as shells have it. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

interface FailureDetails {
  /** A stable word for programs, e.g. `broker_unreachable`. */
  readonly code: string;
  readonly exitCode: ExitCode;
  readonly message: string;
  /** What an operator can do about it. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
  /** More for `--json`, e.g. the faults of a file. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/** Ends the command. Thrown anywhere, caught once, in `run.ts`. */
export class CommandFailure extends Error {
  readonly code: string;
  readonly exitCode: ExitCode;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(failure: FailureDetails) {
    super(failure.message, { cause: failure.cause });
    this.name = 'CommandFailure';
    this.code = failure.code;
    this.exitCode = failure.exitCode;
    this.hint = failure.hint;
    this.details = failure.details ?? {};
  }
}

export function usageFailure(message: string, hint?: string): CommandFailure {
  return new CommandFailure({ code: 'usage', exitCode: EXIT.usage, message, hint });
}

/** The message of whatever was thrown. What the system answers is told by `describeSystemError`. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
